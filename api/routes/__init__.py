"""One file per noun; each route serves JSON and page from one function."""

from api.routes import (
    documents,
    health,
    home,
    log,
    matters,
    members,
    membership,
    notices,
    objecting,
    objections,
    organisation,
    records,
    rules,
    session,
    sheets,
    workbooks,
)

ROUTERS = (
    home.router,
    session.router,
    organisation.router,
    matters.router,
    sheets.router,
    workbooks.router,
    notices.router,
    objecting.router,
    objections.router,
    members.router,
    membership.router,
    records.router,
    rules.router,
    log.router,
    health.router,
    documents.router,
)
"""In the order in which the document lists them."""

"""One file per noun; each route serves JSON and page from one function."""

from api.routes import (
    deductions,
    documents,
    health,
    home,
    honours,
    log,
    matters,
    meetings,
    members,
    notices,
    organisation,
    records,
    rules,
    session,
    sheets,
    vetoes,
    workbooks,
)

ROUTERS = (
    home.router,
    session.router,
    organisation.router,
    matters.router,
    sheets.router,
    workbooks.router,
    honours.router,
    deductions.router,
    vetoes.router,
    meetings.router,
    notices.router,
    members.router,
    records.router,
    rules.router,
    log.router,
    health.router,
    documents.router,
)
"""In the order in which the document lists them."""

"""One file per noun; each route serves JSON and page from one function."""

from api.routes import (
    documents,
    exports,
    health,
    home,
    log,
    matters,
    members,
    metrics,
    notices,
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
    members.router,
    records.router,
    exports.router,
    rules.router,
    log.router,
    health.router,
    metrics.router,
    documents.router,
)
"""In the order in which the document lists them."""

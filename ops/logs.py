"""运行日志 — one line of JSON an event, and nothing of what a failing function held in its hands.

The renderer that a terminal is offered prints the local variables of every frame: passwords that were just typed,
names that were just opened, addresses with their passwords. It is never used.
"""

import logging
import sys

import structlog


def configure_log() -> None:
    """Log as JSON with plain tracebacks."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),  # what a command answers stands alone on the output
    )

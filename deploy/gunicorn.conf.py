"""The web process. HUP takes up new code, TERM lets requests finish; neither loses one."""

import os

bind = os.environ.get("WEB_BIND", "0.0.0.0:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = 4
timeout = 60
graceful_timeout = 30
# Longer than the web server's in front, which would else send into a connection just closed.
keepalive = 75
# Said by the web server in front; see docs/deploying.md.
accesslog = None
# A socket to steer it by would want a writable home.
control_socket_disable = True
# Its own words go the way of ours, without anybody's address or token in them.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.logs.Json"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["out"], "level": "WARNING"},
    "loggers": {"gunicorn.error": {"handlers": ["out"], "level": "INFO", "propagate": False}},
}

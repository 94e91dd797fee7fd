"""Where static files are served from on a public site."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Names with hashes, in the imports of our ES modules too: a new release never meets the old
    half of a script in a browser's cache."""

    support_js_module_import_aggregation = True

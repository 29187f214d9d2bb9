"""What schemathesis cannot know: two media types whose bodies are bytes, and the commune that the caller belongs to."""

import schemathesis

SITE = "04252"


@schemathesis.serializer("application/offset+octet-stream", "application/vnd.quay.records+zstd")
def bytes_as_they_are(_context, value):
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def map_path_parameters(_context, path_parameters):
    if path_parameters and "site" in path_parameters:
        path_parameters["site"] = SITE
    return path_parameters

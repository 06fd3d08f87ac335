# Messages of the area `api`. Message IDs are notice codes.

# Errors of calls.
api-wrong-fields = { $count ->
    [one] { $count } wrong field
   *[other] { $count } wrong fields
}
api-token-required = A token is required: send the header Authorization: Bearer <token>, or the token as the password of HTTP Basic
api-method-not-allowed = Method not allowed. The Allow header names the methods of this path.
api-body-late = The body did not arrive in time
api-body-unreadable = The body could not be read: { $detail }
api-body-too-large = The body is larger than the limit of { $limit } bytes. Send less: smaller images for POST /generate, or raise max_body_mib in the settings.
api-body-not-json = The body must be JSON: send the header Content-Type: application/json
api-body-format = The body must be JSON, a form or a project: send the header Content-Type: application/json, multipart/form-data or application/zip
api-shutting-down = The server is shutting down
api-internal-error = Internal server error. The log of the program says more.
api-not-found = Not found. GET /help lists what is here.
api-no-page = Not found. The page is at /docs/.
api-no-image = This job has no such picture (yet)
api-no-font = Font not found. GET /fonts lists the names.
api-no-clip-score = CLIP scores are not computed here; the legibility of the text is in the answer of GET /status/{"{"}job_id{"}"}
api-flag = send true or false
api-limit = send a whole number from 1 to { $most }
api-before = job not found; send the ID of a job that GET /jobs lists
api-annotation = Send starred (true or false), title, note: { $detail }

# Connections.
api-headers-late = The headers of the request did not arrive in time; send them again
api-headers-too-large = The headers of the request are too large; send fewer or shorter ones
api-address-too-long = The address of the request is too long; send the data in the body
api-not-http = The request is not valid HTTP/1.1; check its first line and its headers
api-too-many-connections = Too many connections. Retry after { $seconds }s

# Access.
api-host-forbidden = { $reason }. This server answers to localhost only; other names must be allowed with --allow-host.
api-host-several = More than one Host header
api-host-unreadable = The Host header is not readable
api-host-missing = The Host header is missing
api-host-invalid = The Host header is not a host name
api-host-unknown = This Host name is not allowed
api-origin-forbidden = Web pages of other origins may not call this server; allow an origin with --allow-origin
api-token-missing = other machines can reach this address, so a token is needed
api-token-short = the token is too short for an address that other machines can reach; use at least { $least } characters
api-token-control = the token contains a control character, which no client can send; use letters and digits

# Settings of access. $reason: one of the messages below.
api-origin-wrong = { $front_end ->
    [cli] --allow-origin
   *[rest] allow-origin
}: { $origin } { $reason }; write it as https://shop.example or http://localhost:3000
api-origin-file = { $front_end ->
    [cli] --allow-origin
   *[rest] allow-origin
}: pages from files have no origin of their own, they send null; serve the page over HTTP and allow its origin
api-host-wrong = { $front_end ->
    [cli] --allow-host
   *[rest] allow-host
}: { $host } { $reason }; write it as studio.lan or studio.lan:8000
api-name-no-scheme = has no scheme
api-origin-pattern = stands for no origin: patterns are not understood
api-origin-path = has a path, which no browser sends
api-origin-malformed = is not a scheme, a host and perhaps a port
api-host-scheme = has a scheme
api-host-pattern = stands for no name: patterns are not understood
api-host-path = has a path
api-host-malformed = is not a host name

## Pictures as base64

api-data-url = only data:image/...;base64, addresses are understood; { $front_end ->
    [rest] send
   *[other] use
} the file as base64
api-image-empty = empty; { $front_end ->
    [rest] send
   *[other] use
} the file as base64, or leave the field out
api-base64-character = this is not base64: character { $position } ({ $character }); { $front_end ->
    [rest] send
   *[other] use
} the bytes of the file encoded as base64
api-base64-truncated = this is not base64: its end is missing; { $front_end ->
    [rest] send
   *[other] use
} the bytes of the file encoded as base64
api-base64-invalid = this is not base64: { $detail }; { $front_end ->
    [rest] send
   *[other] use
} the bytes of the file encoded as base64

## Forms

api-form-without-boundary = The form has no boundary: the header Content-Type must be multipart/form-data; boundary=…
api-form-damaged = The form is damaged: { $detail }
api-form-too-many-parts = The form has more than { $most } parts; send every field once
api-form-part-without-name = The form has a part without a name; name every part after a field
api-form-text-not-utf8 = not UTF-8 at byte { $position }; send text in UTF-8, and files in picture fields only

# Models.
api-no-models = this server does not manage models
api-pull = the body is not valid ({ $detail }); send {"{"}"accept_licence": true{"}"}

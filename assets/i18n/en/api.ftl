# Messages of the area `api`. Message IDs are notice codes.

## Pictures as base64

api-data-url = only data:image/...;base64, addresses are understood; send the file as base64
api-image-empty = empty; send the file as base64, or leave the field out
api-base64-character = this is not base64: character { $position } ({ $character }); send the bytes of the file encoded as base64
api-base64-truncated = this is not base64: its end is missing; send the bytes of the file encoded as base64
api-base64-invalid = this is not base64: { $detail }; send the bytes of the file encoded as base64

## Forms

api-form-without-boundary = The form has no boundary: the header Content-Type must be multipart/form-data; boundary=…
api-form-damaged = The form is damaged: { $detail }
api-form-too-many-parts = The form has more than { $most } parts; send every field once
api-form-part-without-name = The form has a part without a name; name every part after a field
api-form-unknown-part = The form has a part { $name }, which is not a field; see GET /help/parameters
api-form-text-not-utf8 = not UTF-8 at byte { $position }; send text in UTF-8, and files in picture fields only

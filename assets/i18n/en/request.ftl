# Messages of the area `request`. Message IDs are notice codes.

## Rules: noun phrases

request-rule-integer = a whole number from { $min } to { $max }
request-rule-multiple = a whole number from { $min } to { $max }, a multiple of { $multiple }
request-rule-seed = a whole number from 0 to { $max }, or -1 for a random one
request-rule-number = a number from { $min } to { $max }
request-rule-flag = true or false
request-rule-prompt = at most { $most } characters, without control characters
request-rule-text = at most { $most } characters; line breaks are kept; blank means no text
request-rule-choice = one of: { $words }
request-rule-font = a name from GET /fonts, in full or the file name alone where only one face has it
request-rule-image = base64 of a PNG, JPEG, WebP, HEIC, BMP or TIFF file; data:image/...;base64, may precede it
request-rule-image-without-heic = base64 of a PNG, JPEG, WebP, BMP or TIFF file; data:image/...;base64, may precede it
request-rule-color = a colour such as #E53935
request-rule-background = a colour such as #E53935, or { $transparent }
request-rule-layers = a list of at most { $most } layers, lowest first: objects whose type is one of { $types }
request-rule-layer-text = a text of at most { $most } characters; line breaks are kept
request-rule-layer-image = base64 of a PNG, JPEG, WebP or SVG file; data:image/...;base64, may precede it
request-rule-label = a text of at most { $most } characters
request-rule-section = true for the defaults, false, or an object with { $fields }
request-rule-runs = a list of 1 to { $most } objects with { $fields }

## Values as messages name them

request-list = a list
request-object = an object

## Invalid values

request-out-of-range = { $value } is out of range; { $front_end ->
    [rest] send
   *[other] use
} { $rule }
request-not-a-whole-number = { $value } is not a whole number; { $front_end ->
    [rest] send
   *[other] use
} { $rule }
request-not-a-number = { $value } is not a number; { $front_end ->
    [rest] send
   *[other] use
} { $rule }
request-not-a-multiple = { $value } is not a multiple of { $multiple }; { $front_end ->
    [rest] send
   *[other] use
} { $below } or { $above }
request-not-a-flag = { $value } is neither true nor false
request-unknown-choice = { $value } is not known; { $front_end ->
    [rest] send
   *[other] use
} { $rule }
request-choice-not-a-text = { $value } is not a text; { $front_end ->
    [rest] send
   *[other] use
} { $rule }
request-not-a-text = { $value } is not a text; { $front_end ->
    [rest] send
   *[other] use
} a string, or null for the default
request-far-too-long = far too long; { $front_end ->
    [rest] send
   *[other] use
} at most { $most } characters
request-too-long = { $count } characters are too many; { $front_end ->
    [rest] send
   *[other] use
} at most { $most }
request-control-character = contains the control character { $code }; remove it
request-missing-glyphs = no font here can draw { $characters }; leave it out or add a font that has it
request-many-missing-glyphs = no font here can draw { $characters } and more; leave it out or add a font that has it
request-font-not-a-text = { $value } is not a text; { $front_end ->
    [rest] send a name from GET /fonts
   *[other] use a listed name
}
request-unknown-font = { $font } is not a listed font; { $front_end ->
    [cli] use one of the names that `nanococoa doctor` lists
    [rest] send one of the names of GET /fonts
   *[studio] choose one of the list
}
request-skipped-font = { $font } is skipped: { $reason }
request-no-default-font = the default font { $font } was not found; { $front_end ->
    [cli] use one of the names that `nanococoa doctor` lists
    [rest] send one of the names of GET /fonts
   *[studio] choose one of the list
}
request-stop-before-start = { $stop } comes before { FIELD("start_step") } { $start }; { $front_end ->
    [rest] send
   *[other] use
} { $start ->
    [2] 2 or 3
   *[other] { $start }
}, or leave it out
request-test-mode-conflict = test_mode means the draft engine, but engine is "diffusion"; { $front_end ->
    [rest] send
   *[other] use
} one of the two

## Missing fields

request-text-missing = required { $front_end ->
    [cli] with --from-step 2
   *[other] when start_step is 2
}; { $front_end ->
    [cli] name the slogan with --text
   *[other] send the slogan to make
}
request-step1-missing = required { $front_end ->
    [cli] with --from-step { $step }
   *[other] when start_step is { $step }
}; { $front_end ->
    [cli] name the picture of step 1 of an earlier job with --step1 (--save-steps keeps them)
   *[other] send the step1_result of an earlier job
}
request-step2-missing = required { $front_end ->
    [cli] with --from-step 3
   *[other] when start_step is 3
}; { $front_end ->
    [cli] name the picture of step 2 of an earlier job with --step2 (--save-steps keeps them)
   *[other] send the step2_result of an earlier job
}

## Pictures

request-image-not-attached = { $value } is not a picture; { $front_end ->
    [rest] send
   *[other] use
} the file itself
request-image-not-a-text = { $value } is not a text; send the file as a base64 string
request-invisible-image = the picture is fully transparent; { $front_end ->
    [rest] send
   *[other] use
} one that shows something
request-step2-opaque = the picture has no transparency, so text and background cannot be told apart; { $front_end ->
    [cli] name the picture of step 2 of an earlier job with --step2 (--save-steps keeps them)
   *[other] send the step2_result of an earlier job
}, or a PNG whose background is transparent
request-mask-not-used = only { FIELD("start_step") } 1 cuts the product out; leave it out when { FIELD("start_step") } is { $start }
request-mask-without-photo = a mask needs its photo; { $front_end ->
    [cli] name it with --product
    [rest] send product_image too
   *[studio] add the photo
}
request-mask-shape = { $width }×{ $height } does not match the aspect ratio of the photo ({ $photo_width }×{ $photo_height }); { $front_end ->
    [rest] send
   *[other] use
} a mask made from it
request-mask-empty = the mask shows no product; paint the product white

## Requests that cannot be read

request-not-utf8 = The body is not UTF-8 at byte { $position }
request-too-deep = The body is nested deeper than { $most } levels; the fields of a request are texts, numbers and flags
request-not-json = The body is not valid JSON: { $detail }
request-not-an-object = The body must be a JSON object such as {"{"}"text_content": "New Product"{"}"}
request-surrogate = contains half of a \u surrogate pair; send the text as plain UTF-8
request-number-too-large = the number is too large; send a smaller one
request-duplicate = sent more than once; send it once

## Warnings

request-emoji-without-colour = { $character } is set as a solid shape, not as a coloured emoji
request-placeholder = this is not a usable picture; test_mode puts a placeholder in its place
request-alias-ignored = ignored, because { $field } was sent too
request-scaled-as-asked = { $from_width }×{ $from_height } is scaled to { $width }×{ $height }, the size that was asked for
request-scaled-to-nearest = { $from_width }×{ $from_height } is scaled to { $width }×{ $height }, the nearest size with sides from { $min } to { $max }
request-mask-ignored = its aspect ratio does not match the photo; test_mode ignores it
request-image-not-used = not used when { FIELD("start_step") } is { $start }
request-unknown-field = { $name }: unknown field, ignored
request-unknown-field-hint = { $name }: unknown field, ignored; did you mean { $field }?
request-more-unknown-fields = { $count } more unknown fields, ignored

## Several messages

request-errors =
    { $first }
    { $next }

## Layers and backgrounds

request-not-a-color = { $value } is not a colour; { $front_end ->
    [rest] send
   *[other] use
} { $rule }
request-layers-not-json = { $text } is not a list of layers in JSON: { $detail }
request-layers-too-large = the list has more than { $most } values or is nested too deeply; { $front_end ->
    [rest] send
   *[other] use
} fewer layers or runs
request-layers-unreadable = contains a number that is too large or half of a \u surrogate pair; { $front_end ->
    [rest] send
   *[other] use
} valid JSON
request-layers-not-a-list = { $value } is not a list; { $front_end ->
    [rest] send
   *[other] use
} { $rule }
request-layers-too-many = { $count } layers are too many; { $front_end ->
    [rest] send
   *[other] use
} at most { $most }
request-layer-not-an-object = { $value } is not an object; { $front_end ->
    [rest] send
   *[other] use
} one whose type is { $rule }
request-layer-required = required; { $front_end ->
    [rest] send
   *[other] use
} { $rule }
request-layer-not-a-text = { $value } is not a text; { $front_end ->
    [rest] send
   *[other] use
} { $rule }
request-layer-not-a-section = { $value } cannot be used here; { $front_end ->
    [rest] send
   *[other] use
} { $rule }
request-layer-runs = { $value } cannot be used here; { $front_end ->
    [rest] send
   *[other] use
} { $rule }
request-layer-two-texts = text and runs both say what is written; { $front_end ->
    [rest] send
   *[other] use
} one of the two
request-layer-blank-text = has no visible character; { $front_end ->
    [rest] send
   *[other] use
} a text, or remove the layer
request-layer-field-of-another-type = not used by a layer of this type, only by: { $types }
request-layer-pixels = the pictures of the layers have more than { $megapixels } megapixels together; { $front_end ->
    [rest] send
   *[other] use
} smaller ones
request-two-backgrounds = { FIELD("background_color") } and { FIELD("background_image") } exclude each other; { $front_end ->
    [rest] send
   *[other] use
} one of the two
request-product-crop = must lie at least { $least } of the photo beyond { FIELD($other) }; { $front_end ->
    [studio] use a larger part of the photo
    [cli] use a larger part of the photo
   *[rest] use a larger part of the photo, or send none of its edges
}
request-product-area = must lie at least { $least } of the canvas beyond { FIELD($other) }; { $front_end ->
    [studio] make the area larger
   *[rest] enlarge the area, or send none of its edges
}

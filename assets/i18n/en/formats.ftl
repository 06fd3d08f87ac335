# Messages of the area `formats`: the catalogue of formats, and the export in one of them. Message IDs are notice codes.

# A user's catalogue. A mistake is appended to its line and field: a clause without a full stop.
formats-unreadable = The catalogue of formats { $path } cannot be read: { $detail }. Check that you may read it, or remove it.
formats-too-large = The catalogue of formats { $path } is larger than { $most } MiB. Make it smaller, or remove it.
formats-mistakes = The catalogue of formats { $path } has mistakes: { $mistakes }. Correct or remove the file.
formats-two = { $one }; { $other }
formats-syntax = line { $line }: this is not TOML ({ $detail })
formats-mistake = line { $line }, { $name }: { $reason }
formats-unknown-field = unknown field; use one of { $known }
formats-missing = is missing; add it
formats-not-a-text = must be a text of 1 to { $most } characters in quotes
formats-not-a-table = must be a table, such as { "{" } en = "…", ko = "…" { "}" }
formats-not-whole = must be a whole number from { $min } to { $max }, without quotes
formats-not-a-share = must be a number from 0 to 1, such as 0.85
formats-not-a-choice = must be one of { $words }, in quotes
formats-not-a-list = must be a list in square brackets of { $words }
formats-id-characters = may have lower case letters, digits and hyphens only
formats-twice = two formats have the id { $format }; change one of them
formats-too-many = at most { $most } formats are read; remove some
formats-too-long = no canvas with sides from { $min } to { $max } pixels has the shape { $width }×{ $height }; choose a size that is less narrow
formats-no-room = the margins leave no room for text; make them smaller
formats-webp-density = WebP files cannot store a density; remove dpi, or choose jpeg or png
formats-not-an-address = must begin with https://
formats-not-a-date = must be a date such as 2026-01-31

formats-unknown = there is no format { $format }; choose one of { $known }

# The finished file.
formats-of-limit = { $size } KB of at most { $most } KB
formats-without-limit = { $size } KB
formats-made-lossless = { $file }, lossless, { $limit }
formats-made-quality = { $file } at quality { $quality }, { $limit }
formats-made-colours = { $file } with { $colours } colours, { $limit }

# No file was written.
formats-undecodable = The picture cannot be read back: { $detail }
formats-not-encoded = The file cannot be encoded: { $detail }
formats-no-picture = The job has no picture for this format. Wait until it has finished, or generate it again.
formats-no-product = The cut-out is empty. Use a photo that shows the product, or correct its mask.
formats-jpeg-too-large = The file has { $size } KB even at quality { $quality }, and at most { $most } KB are allowed. Choose a scene with less fine detail.
formats-png-too-large = The file has { $size } KB even with { $colours } colours, and at most { $most } KB are allowed. Choose a scene with less fine detail.
formats-pdf-too-large = The file has { $size } KB, and at most { $most } KB are allowed. Choose a format with JPEG, or a scene with less fine detail.
formats-webp-too-large = The file has { $size } KB, and at most { $most } KB are allowed. Choose a format with JPEG, or a scene with less fine detail.

# What was done to fit the picture.
formats-rule-transparent = The advertisement has no background, and this { $file } file cannot be transparent: it is white there. { $front_end ->
    [cli] Write a .png or .webp file without --format, or choose a background.
    [rest] Fetch the result as PNG, or choose a background.
   *[studio] Export as PNG or WebP without a format, or choose a background.
}
formats-cropped = { $percent } % of the picture was cut off to fit the format. { $front_end ->
    [cli] Generate with --format for a layout that fits.
    [rest] Generate with the width and height of the format's canvas for a layout that fits.
   *[studio] Choose the format's size and generate again for a layout that fits.
}
formats-framed = The picture's aspect ratio differs from { $width }×{ $height }, so it is placed on a blurred continuation of itself. { $front_end ->
    [cli] Generate with --format for a layout that fits.
    [rest] Generate with the width and height of the format's canvas for a layout that fits.
   *[studio] Choose the format's size and generate again for a layout that fits.
}
formats-enlarged = The picture was enlarged from { $from_width }×{ $from_height } to { $width }×{ $height } pixels and is not sharp. { $front_end ->
    [cli] Generate with --format, or use a larger photo.
    [rest] Generate with the width and height of the format's canvas, or send a larger photo.
   *[studio] Choose the format's size and generate again, or use a larger photo.
}
formats-product-enlarged = The product is only { $width }×{ $height } pixels in the photo, so it was enlarged and is not sharp. Use a larger photo.

# Rules of the format that the picture breaks.
formats-rule-text = This format allows no text in the picture. { $front_end ->
    [cli] Generate without --text.
    [rest] Generate without text_content.
   *[studio] Export the background or the product instead.
}
formats-rule-white = This format requires a pure white background. { $front_end ->
    [cli] Generate with --product: its cut-out is put on white.
    [rest] Send product_image: its cut-out is put on white.
   *[studio] Export the product: it is put on white.
}
formats-rule-product = The product takes { $percent } % of the picture, and the format requires at least { $least } %. { $front_end ->
    [cli] Make it larger with --product-scale.
    [rest] Make it larger with product_scale.
   *[studio] Make it larger on the canvas.
}
formats-rule-safe-height = The text reaches into the { $top } pixels at the top or { $bottom } at the bottom that the app covers. { $front_end ->
    [cli] Move it with --text-y { $from } to { $to }.
    [rest] Move it with text_y from { $from } to { $to }.
   *[studio] Move it to a height of { $from } to { $to }, or make it smaller.
}
formats-rule-safe-width = The text reaches into the { $left } pixels at the left or { $right } at the right that the app cuts off. { $front_end ->
    [cli] Move it with --text-x { $from } to { $to }.
    [rest] Move it with text_x from { $from } to { $to }.
   *[studio] Move it to { $from } to { $to } of the width, or make it smaller.
}
formats-rule-safe-size = The text is larger than the { $width }×{ $height } pixels that the app leaves free. { $front_end ->
    [cli] Make it smaller with --text-scale.
    [rest] Make it smaller with text_scale.
   *[studio] Make it smaller.
}

# Messages of the area `decode`. Message IDs are notice codes.

## Errors

decode-not-an-image = This file is not an image. Please send a { $formats } photo.
decode-formats = PNG, JPEG, WebP, HEIC, BMP or TIFF
decode-formats-without-heic = PNG, JPEG, WebP, BMP or TIFF
decode-unsupported = { $format } files are not supported. { $remedy }
decode-variant = This { $format } file uses { $variant }, which is not supported. { $remedy }
decode-too-large = The image is too large ({ $width }×{ $height } pixels). { $remedy }
decode-damaged = The { $format } file is damaged or incomplete: { $detail }. Save or copy it again, or choose another.
decode-empty = The file is empty. Save or download it again.
decode-unreadable = The file cannot be read: { $error }
decode-not-a-file = The file cannot be read: it is a folder, pipe or device
decode-picture = image

## Names of formats that are not read

decode-name-raw = Camera raw
decode-name-raw-of = Camera raw ({ $format })
decode-name-video = Video ({ $format })
decode-name-video-or-sound = Video or sound ({ $format })
decode-name-archive = Archive ({ $format })
decode-name-compressed = Compressed ({ $format })
decode-name-icon = Icon ({ $format })
decode-name-cursor = Cursor ({ $format })
decode-name-texture = { $format } texture
decode-name-database = Database
decode-name-office-document = Office document
decode-name-text-document = Text document ({ $format })
decode-name-metadata = macOS metadata ({ $format })
decode-name-web-page = Web page ({ $format })

## Remedies

decode-remedy-editor = Open it in a picture editor and save it as PNG or JPEG.
decode-remedy-layered = Export it as PNG from the program that made it.
decode-remedy-vector = Export it as PNG, about 2000 pixels wide, from the program that made it.
decode-remedy-raw = Develop it to JPEG, PNG or TIFF first, for example in Lightroom, Capture One or darktable.
decode-remedy-video = Save one frame of it as PNG or JPEG.
decode-remedy-heic = Save it as JPEG: on a Mac in Preview with File › Export, on Windows in Photos with Save as, on Android in the gallery app; an iPhone takes JPEG photos with Settings › Camera › Formats › Most Compatible.
decode-remedy-avif = Save it as PNG or JPEG: on a Mac in Preview with File › Export, on Windows in Photos or Paint with Save as, on a phone in the gallery app.
decode-remedy-archive = Unpack it and choose the picture inside.
decode-remedy-web-page = Open the page in a browser and save the picture itself.
decode-remedy-document = Save the picture in it as PNG or JPEG.
decode-remedy-apple-double = Choose the file of the same name without "._" in front.
decode-remedy-rgb = Save it as 8-bit or 16-bit RGB, or as PNG.
decode-remedy-compression = Save it with LZW or no compression, or as PNG.
decode-remedy-ordinary-jpeg = Please open it in a picture editor, save it as an ordinary JPEG or as PNG, and send that.
decode-remedy-png = Please open it in a picture editor, save it as PNG, and send that.
decode-remedy-heic-to-jpeg = Save it as JPEG in Preview, Photos or the gallery app.
decode-remedy-pixels = The limit is { $megapixels } megapixels and 65,535 pixels a side. Please make it smaller in a picture editor and send that.
decode-remedy-pixel-data = The limit is 4 GiB of pixel data. Please make it smaller in a picture editor and send that.
decode-remedy-progressive = A progressive JPEG must fit into memory as a whole. Please save it as a baseline (standard) JPEG, or make it smaller, and send that.

## Variants that are not read: after "uses" in English, before "방식" in Korean

decode-uses-header = an unusual kind of header or packing
decode-uses-coding = an unusual kind of coding
decode-uses-file-size = more than { $mebibytes } MiB
decode-uses-hierarchical = hierarchical coding
decode-uses-lossless = lossless coding
decode-uses-arithmetic = arithmetic coding
decode-uses-sample-bits = { $bits }-bit samples
decode-uses-components = { $count } colour components
decode-uses-group-3 = uncompressed CCITT Group 3 data
decode-uses-unknown-compression = an unknown compression (number { $number })
decode-uses-compression = { $scheme } compression
decode-uses-old-jpeg = old-style JPEG compression
decode-uses-prepress = prepress (IT8) compression
decode-uses-large-strips = very large strips or tiles with this compression
decode-uses-large-jpeg-strips = JPEG compression with very large strips
decode-uses-large-webp-strips = WebP compression with very large strips
decode-uses-jpeg-bits = { $bits }-bit JPEG compression
decode-uses-lossless-jpeg = lossless JPEG compression
decode-uses-arithmetic-jpeg = arithmetic or hierarchical JPEG compression
decode-uses-picture-bits = { $bits }-bit JPEG or WebP compression
decode-uses-few-channels = { $colours } with too few channels ({ $count })
decode-uses-signed = signed numbers for its pixels
decode-uses-complex = complex numbers for its pixels
decode-uses-unknown-numbers = an unknown kind of numbers for its pixels
decode-uses-numbers = { $bits }-bit numbers for its pixels
decode-uses-floats = { $bits }-bit floating-point numbers for its pixels
decode-uses-mixed-depth = a different bit depth in each channel
decode-uses-subsampling = subsampled YCbCr colour in an unusual layout
decode-uses-spot-colours = special inks (spot colours)
decode-uses-itu-lab = ITU Lab colour
decode-uses-logluv = LogLuv colour
decode-uses-unknown-colours = an unknown colour model (number { $number })
decode-uses-palette = a palette with { $bits }-bit indices
decode-uses-depth = { $bits }-bit { $colours }
decode-uses-float-depth = { $bits }-bit floating-point { $colours }
decode-uses-predictor = predictor { $number } with { $bits }-bit samples
decode-colours-grey = grey
decode-colours-rgb = RGB colour
decode-colours-palette = palette colour
decode-colours-cmyk = CMYK colour
decode-colours-ycbcr = YCbCr colour
decode-colours-lab = Lab colour

## Damage: a clause without a full stop

decode-damage-ends-early = its data ends early
decode-damage-memory = it asks for too much memory
decode-damage-packing = its chunks or its packed pixels are invalid
decode-damage-chunk-name = the name of a chunk is invalid
decode-damage-header = its header or its pixels are invalid
decode-damage-content = its content is invalid
decode-damage-no-picture = it has no picture
decode-damage-no-pixels = it has no pixels
decode-damage-row-length = a row has the wrong length
decode-damage-data-before-frame = its picture data comes before its frame header
decode-damage-height = its height is missing
decode-damage-scans = it has too many scans
decode-damage-restart = its restart interval is missing
decode-damage-short-quantisation = a quantisation table is incomplete
decode-damage-no-quantisation = a quantisation table is missing
decode-damage-huffman = a Huffman table is invalid
decode-damage-scan-header = a scan header is invalid
decode-damage-no-data = it has no picture data
decode-damage-no-component = a colour component is missing
decode-damage-no-detail = its data ends before the finer detail
decode-damage-segment = a segment is incomplete
decode-damage-segment-length = a segment has an impossible length
decode-damage-short-frame-header = its frame header is too short
decode-damage-frame-header = its frame header is invalid
decode-damage-sampling = its sampling factors are invalid
decode-damage-last-row = it ends before its last row
decode-damage-compressed-data = its compressed data is invalid
decode-damage-no-samples = its pixels have no samples
decode-damage-layout = its layout is invalid
decode-damage-no-palette = its palette is missing
decode-damage-subsampling = its colour subsampling is invalid
decode-damage-tile-size = its tiles have no size
decode-damage-many-strips = it has too many strips or tiles
decode-damage-strips = some of its strips or tiles are missing
decode-damage-overlap = its strips or tiles overlap
decode-damage-jpeg = its JPEG data is invalid
decode-damage-webp = its WebP data is invalid
decode-damage-jpeg-channels = its JPEG data has another number of channels
decode-damage-webp-channels = its WebP data has another number of channels
decode-damage-part-size = a part of it has the wrong size
decode-damage-value = a value lies behind the end of the file
decode-damage-short-header = it ends within its header
decode-damage-loop = its directories form a loop
decode-damage-directory-position = its directory lies behind the end of the file
decode-damage-directory = its directory is invalid
decode-damage-progress = its data is damaged or ends after { $percent } % of the picture

## Notes on a picture that is used: a clause without a full stop

decode-note-missing-rows = the { $format } data breaks off; the last rows are missing
decode-note-damaged-jpeg = the JPEG data is damaged; part of the picture may be wrong
decode-note-pages = the file has { $pages } pages; the first is used
decode-note-zero-alpha = its alpha is 0 everywhere and was ignored
decode-note-damaged-profile = its colour profile is damaged and was ignored
decode-note-large-profile = its colour profile is too large and was ignored
decode-note-other-profile = its colour profile belongs to another colour model and was ignored
decode-note-unknown-encoding = its colour encoding is not known and was taken for sRGB
decode-note-hdr = it is an HDR picture; highlights brighter than ordinary white are clipped
decode-note-unconverted = its colours could not be converted to sRGB and may look different

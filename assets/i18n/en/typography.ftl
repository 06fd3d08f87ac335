# Messages of the area `typography`. Message IDs are notice codes.

## Texts that cannot be laid out

typography-empty = The text is empty: write at least one visible character
typography-too-long = The text has { $count } characters; at most { $most } fit on an advertisement
typography-missing-glyphs = The font { $font } and every other installed font lack { $characters }: remove or replace { $count ->
    [one] it
   *[other] them
}
typography-character = "{ $character }" ({ $code })
typography-unknown-font = There is no font named "{ $font }"
typography-too-complex = The font { $font } draws its letters with too many points: choose another font
typography-stand-in = { $font } cannot draw { $characters }; { $other } stands in
typography-stand-in-whole-word = { $font } cannot draw { $characters }; { $other } stands in for the whole word

## Font files that cannot be used

typography-skip-link = it is a link that leads out of the font folder; copy the file into the folder
typography-skip-format = this kind of font file is not read; export or convert it to .ttf or .otf
typography-skip-woff2-collection = collections in WOFF2 are not read; export or convert it to .ttf or .otf
typography-skip-damaged = it is damaged or not a font; export or convert it to .ttf or .otf
typography-skip-name = its name is not valid Unicode; rename it
typography-skip-control = its name contains control characters; rename it
typography-skip-same-name = another font has the same name; rename one of them
typography-skip-size = it is larger than { $mebibytes } MiB; use a font with fewer characters
typography-skip-total = the font folders hold more than { $mebibytes } MiB of fonts; remove some that are not needed
typography-skip-files = the font folders hold more than { $count } files; name a smaller folder
typography-skip-unreadable = it cannot be read ({ $error }); check its permissions
typography-skip-no-outlines = it has neither outlines nor coloured pictures that are read; use another font
typography-skip-faces = only its first { $listed } faces are listed; { $left } are left out

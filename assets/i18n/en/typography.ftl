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
typography-unsettable = { $reason }.
typography-too-complex = The font { $font } draws its letters with too many points: choose another font
typography-stand-in = { $font } cannot draw { $characters }; { $other } stands in
typography-stand-in-whole-word = { $font } cannot draw { $characters }; { $other } stands in for the whole word

## Texts that need shaping: the rest of a sentence after the field's name in English, whole sentences in Korean

typography-needs-shaping = { $script } letters cannot be set yet: they need { $needs }. Use Latin, Korean, Japanese or Chinese letters, or send the lettering as a picture
typography-needs-joining = joining and right-to-left order
typography-needs-right-to-left = right-to-left order
typography-needs-reordering = letters that move, stack or change their shape
typography-mark = "{ $characters }" needs the mark { $code } placed on its letter, which cannot be set yet. Leave the mark out, or send the lettering as a picture
typography-old-hangul = "{ $characters }" is made of Old Hangul letters that must be joined into blocks, which cannot be set yet. Use modern syllables, or single letters such as ㅎ, or send the lettering as a picture
typography-emoji = "{ $characters }" joins several characters into one emoji, which cannot be set. Use a single emoji, or none
typography-variant = "{ $characters }" asks for a variant of a character (variation selector { $code }), which cannot be set yet. Type the character without it, or send the lettering as a picture
typography-direction = the invisible character { $code } asks for right-to-left order, which cannot be set yet. Remove it

## Names of scripts

typography-script-arabic = Arabic
typography-script-hebrew = Hebrew
typography-script-thaana = Thaana
typography-script-syriac = Syriac
typography-script-devanagari = Devanagari
typography-script-bengali = Bengali
typography-script-tamil = Tamil
typography-script-telugu = Telugu
typography-script-kannada = Kannada
typography-script-malayalam = Malayalam
typography-script-gujarati = Gujarati
typography-script-gurmukhi = Gurmukhi
typography-script-sinhala = Sinhala
typography-script-oriya = Oriya
typography-script-thai = Thai
typography-script-lao = Lao
typography-script-khmer = Khmer
typography-script-myanmar = Myanmar
typography-script-tibetan = Tibetan
typography-script-mongolian = Mongolian
typography-script-javanese = Javanese

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
typography-skip-no-outlines = it holds pictures instead of outlines; use a font with outlines
typography-skip-faces = only its first { $listed } faces are listed; { $left } are left out

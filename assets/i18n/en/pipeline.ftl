# Messages of the area `pipeline`. Message IDs are notice codes.

# Given pictures.
pipeline-background-cropped = its aspect ratio differs from { FIELD("width") } and { FIELD("height") }, so its edges were cropped
pipeline-product-segmented = its product was found by segmenting the picture; a picture that this program made keeps a more exact outline
pipeline-product-cut = the photo cuts the product off, and the cut is visible at this position; leave { FIELD("product_x") }, { FIELD("product_y") } and { FIELD("product_scale") } empty, or use a photo that shows the whole product
pipeline-product-enlarged = the product is only { $width } × { $height } pixels in the photo and was enlarged to { $percent } %; a larger photo looks sharper

# The headline and its place. `percent`, `before` and `after` are whole percents of the text.
pipeline-type-small = the letters are only { $pixels } pixels tall and hard to read; use fewer words or lines, or a larger canvas
pipeline-type-small-by-scale = the letters are only { $pixels } pixels tall and hard to read; use fewer words or lines, or a larger canvas, or raise { FIELD("text_scale") }
pipeline-no-product = no product was found in the picture, so nothing is in front of the text
pipeline-text-hidden = at this position, { $percent } % of the text is hidden behind the product
pipeline-text-moved = at this position, { $before } % of the text would be hidden behind the product, so it was moved to where { $after } % is
pipeline-letters-hidden = { $percent } % of the letters are hidden behind the product; choose another { FIELD("text_position") } or place the text or the product elsewhere

# Legibility of the finished picture.
pipeline-contrast-low = only { $percent } % of the letters' outline stands out from what is behind it; use fewer words, a bolder font or another style
pipeline-legibility-transparent = the contrast of the text depends on what the transparent picture is put on and was not measured
pipeline-legibility-unknown = the letters are too small or too hidden for their legibility to be measured

# A defect of the program.
pipeline-no-picture = the pipeline ended without a picture; please report it
pipeline-draft-panicked = The draft could not be drawn

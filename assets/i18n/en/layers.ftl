# Messages of the area `layers`. Message IDs are notice codes.

# SVG pictures.
layers-svg-too-large = an SVG may have at most { $mebibytes } MiB; simplify it or use a PNG
layers-svg-not-utf8 = the SVG is not UTF-8; save it as UTF-8
layers-svg-invalid = the SVG cannot be read; save it again, or use a PNG ({ $detail })
layers-svg-too-complex = the SVG has more than { $most } elements, or too many effects; simplify it or use a PNG
layers-svg-text = text in an SVG is not drawn; convert it to paths
layers-svg-image = pictures inside an SVG are not drawn; use the picture itself as a layer

# Drawing.
layers-text-small = the letters are only { $pixels } pixels tall and hard to read; raise size
layers-text-outside = part of the text is outside the canvas and cut off; move it, or lower size or width
layers-text-too-complex = the letters of this font have too many points, some are missing; use another font

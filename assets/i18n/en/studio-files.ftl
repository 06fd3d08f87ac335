# Words of the studio: file dialogs, typed paths and export. Message IDs are notice codes.

dialog-font-folder = Add a font folder
dialog-models-folder = Choose the folder of models
dialog-photo = Open a product photo
dialog-layer-picture = Open a picture for a layer
dialog-backdrop = Open a photo for the background
dialog-open-project = Open a project
dialog-save-project = Save the project
dialog-export = Export to

path-exists = This file already exists. Replace it?
path-replace = Replace the file
path-hint-folder = such as ~/fonts
path-about = No file dialog is available here, or you chose to enter a path. Paste the path.
path-field = File path
path-hint-read = e.g. ~/Pictures/espresso.png
path-hint-write = e.g. ~/Ads/new-menu.png
path-hint-project = e.g. ~/Ads/new-menu.ncocoa
path-no-file = There is no file at this path. Check the path.
path-no-folder = There is no folder at this path. Check the path.
path-read = Open
path-write = Save

export-not-shown = The canvas shows a different picture; this result is exported.
export-picture = Picture
export-cutout = Cut-out
export-ora-about = A file with layers for GIMP, Krita and other programs: background, product, slogan and every layer.
export-pdf-about = One page for print, 300 dots per inch. For an exact paper size choose its format above.
export-on-white = JPEG has no transparency, so the cut-out is placed on white.
export-photo-about = The cut-out comes from the photo, so it needs no AI mark.
export-title = Export
export-format = Format
export-size = Long side (pixels)
export-as-made = As made
export-quality = Quality
export-mark = AI mark
export-xmp = Mark it in the metadata (XMP DigitalSourceType)
export-badge = Show an "AI generated" badge on the picture
export-badge-text = AI generated
export-settings = Keep the settings inside (drop it here to restore them)
export-mark-about = Many countries and platforms require that advertisements made with AI are marked.
export-save = Export
export-formats = Format of advertisements
export-free = Own size and file type

# Words of the studio: the fields on the left and the brush. Message IDs are notice codes.

product-refine = Refine mask
product-corrected = mask refined
product-title = Product
product-replace = Replace
product-remove = Remove
product-drop = Drop a product photo here
product-formats = or click to open · PNG, JPEG, HEIC, TIFF …
product-path = Path
product-paste = Paste
product-sample = Sample
product-show = Show the cut-out
product-cut-out = cut out
product-own-alpha = Transparency of the file
product-cutting = cutting out...
product-recent = Used recently: { $path }

brush-about = Correct the cut-out with the brush where it is wrong.
brush-corrected = A mask of your own is in use.
brush-add = Add
brush-remove = Remove
brush-size = Brush size [ ]
brush-soft = Softness

scene-title = Scene
scene-hint = e.g. wooden table in morning light

text-title = Slogan
text-hint = e.g. New on the menu
text-too-long = At most { $most } characters fit; there are { $count }.

font-folders = Folders
font-title = Font
font-search = Find a font
font-sample = Abc 가나다
font-none = No font matches
font-missing = This font lacks { $characters }; another one stands in.
font-nowhere = No installed font has { $characters }. Remove it, or add a font that has it.
font-lacks = { $font } · lacks some of the slogan's letters

style-title = Look of the letters
style-hint = e.g. polished gold

layers-text-placed = Text placed by hand
layers-product-placed = Product placed by hand
layers-automatic = Automatic
layers-title = Composite
layers-overlay = Overlay
layers-blend = Blend
layers-behind = Behind
layers-top = Top
layers-center = Center
layers-bottom = Bottom
layers-auto = Auto
layers-composition = Composite
layers-camera-own = Turn the camera
layers-camera = Camera height
layers-camera-about = From how high the scene is seen, in degrees: 0 at eye level, 90 from straight above. Off: as the photo was taken.
layers-strength = Scene blend
layers-composition-about = How far light and colour around the letters are matched.
layers-strength-about = How far the scene may change when the product is put in.
layers-overlay-about = The letters stand in front of the product.
layers-blend-about = The letters take on light and colour of the scene.
layers-behind-about = The product covers the letters where they meet.
layers-top-about = Places the slogan at the top
layers-center-about = Places the slogan in the middle
layers-bottom-about = Places the slogan at the bottom
layers-auto-about = Places the slogan where the picture has the least detail

size-title = Size
size-width = Width
size-height = Height
size-range = { $side }: { $min } to { $max } pixels

seed-title = Seed
seed-about = The same seed and settings make the same picture.
seed-lock-about = Locked: Generate keeps the seed even when nothing else changed.

advanced-engine = Engine
advanced-engine-auto = Auto
advanced-engine-draft = Draft
advanced-engine-diffusion = FLUX
advanced-model = Model
advanced-model-auto = Auto
advanced-model-flux1 = FLUX.1 + SDXL
advanced-model-flux2-klein = FLUX.2 klein
advanced-title = Advanced
advanced-scene-negative = Avoid in the scene
advanced-style-negative = Avoid in the letters
advanced-negative-hint = e.g. people, watermark
advanced-preserve = Keep the product's own pixels
advanced-diffusion-only = Used by the diffusion engine only
advanced-steps = Scene steps
advanced-text-steps = Letter steps
advanced-guidance = Guidance
advanced-steps-about = Denoising steps of the scene. More take longer and show finer detail.
advanced-text-steps-about = Denoising steps of the letters. More take longer and show finer detail.
advanced-guidance-about = How closely the picture follows the prompt.

preset-more = All scenes
preset-add = Keep this prompt as a preset
preset-remove = Remove this preset

size-formats = Size of a format
format-none = Formats: Instagram, Google, Kakao, print …
format-limits = { $width }×{ $height } pixels, { $file }, at most { $most } KB. The best quality that fits is used.
format-no-limit = { $width }×{ $height } pixels, { $file }

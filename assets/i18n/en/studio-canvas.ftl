# Words of the studio: the canvas and the welcome page. Message IDs are notice codes.

tab-product = Product
tab-background = Background
tab-text = Text
tab-final = Final

canvas-by-draft = { $caption } · draft
canvas-by-diffusion = { $caption } · FLUX
canvas-only-to-background = { $caption } · background only
canvas-only-to-text = { $caption } · letters only
canvas-only-to-cutout = { $caption } · cut-out only
canvas-damaged = This picture cannot be read. Make it again, or delete the job.
canvas-draft-meanwhile = { $caption } · draft meanwhile
canvas-nothing-of-step = The job has no picture of this step.
canvas-nothing-made = There is no picture: the job ended before its first one, or its files are gone.
canvas-move-product = Move the product
canvas-move-text = Move the text
canvas-ground = Ground
canvas-failed = Failed
canvas-copy-message = Copy the message
canvas-stopped = Stopped · up to the last finished step
canvas-picture = The advertisement
canvas-draft = Draft
canvas-result = Result
canvas-live-draft = Live draft
canvas-drawing = Drawing the draft...
canvas-making = Making { $percent } %
canvas-result-of = Result · { $title } · seed { $seed }
canvas-first-draft = Drawing the first draft
canvas-no-product = There is no product photo yet. Drop one on the left.
canvas-no-text = There is no slogan yet. Type one on the left.

welcome-title = One product photo becomes an advertisement
welcome-about = Everything stays on this computer
welcome-one = Drop a product photo on the window
welcome-two = Choose a scene, or describe one
welcome-three = Type the slogan and press Generate

# Messages of the area `draft`. Message IDs are notice codes.

draft-no-canvas = The canvas has no pixels: choose a width and a height of at least { $min }
draft-unknown-scene = the draft engine knows no place, surface or colour in these words and painted a neutral set: { $words }
draft-word-near = the draft engine has nothing for “{ $word }”; the nearest word that changes the scene is “{ $near }”
draft-words-unknown =
    { $more ->
        [0] these words change nothing in the draft engine's scene: { $words }
       *[other] these words change nothing in the draft engine's scene: { $words } and { $more } more
    }
draft-word-overruled = “{ $word }” changes nothing because “{ $winner }” stands for the same part of the scene; keep one of them
draft-words-crowded = one scene has room for five kinds of things and two colours, so these words change nothing: { $words }
draft-unknown-material = the draft engine knows no material or colour in these words and chose one
draft-size-mismatch = The picture behind the text and the text canvas differ in size; start again from step 1
draft-no-photo = The photo has no pixels
draft-no-product = no product was found in the photo, so the photo is used whole; a picture with a plain background or a transparent one helps
draft-network-start = The cut-out network cannot start: { $error }
draft-network-ended = The cut-out network ended unexpectedly. Try again.
draft-network-load = The built-in cut-out network cannot be loaded: { $error }
draft-network-stopped = The cut-out network stopped: { $error }
draft-network-check = { $file }: { $error }
draft-network-built-in = The built-in cut-out network stopped: { $error }

# Names of request fields: the flag on the command line, the label in the studio. A field without a flag of its own is named as over REST ("-").
field-product_image = { $front_end ->
    [cli] --product
   *[studio] Product
}
field-mask_image = { $front_end ->
    [cli] --mask
   *[studio] Mask
}
field-bg_prompt = { $front_end ->
    [cli] --prompt
   *[studio] Scene
}
field-bg_negative_prompt = { $front_end ->
    [cli] --negative-prompt
   *[studio] Avoid in the scene
}
field-bg_composition_prompt = { $front_end ->
    [cli] -
   *[studio] Placing the product
}
field-bg_composition_negative_prompt = { $front_end ->
    [cli] -
   *[studio] Avoid when placing the product
}
field-text_content = { $front_end ->
    [cli] --text
   *[studio] Slogan
}
field-text_model_prompt = { $front_end ->
    [cli] --style
   *[studio] Look of the letters
}
field-negative_prompt = { $front_end ->
    [cli] -
   *[studio] Avoid in the letters
}
field-font_name = { $front_end ->
    [cli] --font
   *[studio] Font
}
field-composition_mode = { $front_end ->
    [cli] --mode
   *[studio] Composite mode
}
field-composition_prompt = { $front_end ->
    [cli] -
   *[studio] Composite prompt
}
field-composition_negative_prompt = { $front_end ->
    [cli] -
   *[studio] Avoid in the composite
}
field-composition_strength = { $front_end ->
    [cli] --composition-strength
   *[studio] Composite
}
field-composition_steps = { $front_end ->
    [cli] -
   *[studio] Composite steps
}
field-composition_guidance_scale = { $front_end ->
    [cli] -
   *[studio] Composite guidance
}
field-text_position = { $front_end ->
    [cli] --position
   *[studio] Text position
}
field-text_x = { $front_end ->
    [cli] --text-x
   *[studio] Text position, horizontal
}
field-text_y = { $front_end ->
    [cli] --text-y
   *[studio] Text position, vertical
}
field-text_scale = { $front_end ->
    [cli] --text-scale
   *[studio] Text size
}
field-product_x = { $front_end ->
    [cli] --product-x
   *[studio] Product position, horizontal
}
field-product_y = { $front_end ->
    [cli] --product-y
   *[studio] Product position, vertical
}
field-product_scale = { $front_end ->
    [cli] --product-scale
   *[studio] Product size
}
field-camera_elevation = { $front_end ->
    [cli] --camera-elevation
   *[studio] Camera height
}
field-product_pick_x = { $front_end ->
    [cli] -
   *[studio] Product in the photo, horizontal
}
field-product_pick_y = { $front_end ->
    [cli] -
   *[studio] Product in the photo, vertical
}
field-product_rotation = { $front_end ->
    [cli] --product-rotation
   *[studio] Product angle
}
field-product_flip = { $front_end ->
    [cli] --product-flip
   *[studio] Mirrored product
}
field-product_crop_left = { $front_end ->
    [cli] --product-crop
   *[studio] Photo crop, left
}
field-product_crop_top = { $front_end ->
    [cli] --product-crop
   *[studio] Photo crop, top
}
field-product_crop_right = { $front_end ->
    [cli] --product-crop
   *[studio] Photo crop, right
}
field-product_crop_bottom = { $front_end ->
    [cli] --product-crop
   *[studio] Photo crop, bottom
}
field-product_exposure = { $front_end ->
    [cli] --product-exposure
   *[studio] Product exposure
}
field-product_white_balance = { $front_end ->
    [cli] --product-white-balance
   *[studio] Product white balance
}
field-shadow_strength = { $front_end ->
    [cli] --shadow-strength
   *[studio] Shadow strength
}
field-shadow_softness = { $front_end ->
    [cli] --shadow-softness
   *[studio] Shadow softness
}
field-shadow_direction = { $front_end ->
    [cli] --shadow-direction
   *[studio] Shadow direction
}
field-shadow_contact = { $front_end ->
    [cli] --shadow-contact
   *[studio] Contact shadow
}
field-product_left = { $front_end ->
    [cli] --set product_left
   *[studio] Product area, left
}
field-product_top = { $front_end ->
    [cli] --set product_top
   *[studio] Product area, top
}
field-product_right = { $front_end ->
    [cli] --set product_right
   *[studio] Product area, right
}
field-product_bottom = { $front_end ->
    [cli] --set product_bottom
   *[studio] Product area, bottom
}
field-strength = { $front_end ->
    [cli] --strength
   *[studio] Scene blend
}
field-seed = { $front_end ->
    [cli] --seed
   *[studio] Seed
}
field-width = { $front_end ->
    [cli] --size
   *[studio] Width
}
field-height = { $front_end ->
    [cli] --size
   *[studio] Height
}
field-num_inference_steps = { $front_end ->
    [cli] -
   *[studio] Scene steps
}
field-text_num_inference_steps = { $front_end ->
    [cli] -
   *[studio] Letter steps
}
field-guidance_scale = { $front_end ->
    [cli] -
   *[studio] Guidance
}
field-text_guidance_scale = { $front_end ->
    [cli] -
   *[studio] Letter guidance
}
field-true_cfg_scale = { $front_end ->
    [cli] -
   *[studio] CFG scale
}
field-preserve_product = { $front_end ->
    [cli] -
   *[studio] Keep the product's own pixels
}
field-step1_image = { $front_end ->
    [cli] --step1
   *[studio] Picture of step 1
}
field-step2_image = { $front_end ->
    [cli] --step2
   *[studio] Picture of step 2
}
field-start_step = { $front_end ->
    [cli] --from-step
   *[studio] Start step
}
field-force_from_step = { $front_end ->
    [cli] --force-from-step
   *[studio] Step to run again
}
field-stop_step = { $front_end ->
    [cli] --stop-step
   *[studio] Last step
}
field-engine = { $front_end ->
    [cli] --engine
   *[studio] Engine
}
field-model = { $front_end ->
    [cli] --model
   *[studio] Model
}
field-test_mode = { $front_end ->
    [cli] -
   *[studio] Test mode
}
field-auto_unload = { $front_end ->
    [cli] -
   *[studio] Unload models afterwards
}
field-dry_run = { $front_end ->
    [cli] --dry-run
   *[studio] Only plan
}
field-layers = { $front_end ->
    [cli] --layers
   *[studio] Layers
}
field-background_color = { $front_end ->
    [cli] --background-color
   *[studio] Background colour
}
field-background_image = { $front_end ->
    [cli] --background-image
   *[studio] Background picture
}

# Names of request fields: the flag on the command line, the label in the studio. A field without a flag of its own is named as over REST ("-").
field-product_image = { $door ->
    [cli] --product
   *[studio] Product photo
}
field-mask_image = { $door ->
    [cli] --mask
   *[studio] Mask
}
field-bg_prompt = { $door ->
    [cli] --prompt
   *[studio] Scene
}
field-bg_negative_prompt = { $door ->
    [cli] --negative-prompt
   *[studio] Avoid in the scene
}
field-bg_composition_prompt = { $door ->
    [cli] -
   *[studio] Placing the product
}
field-bg_composition_negative_prompt = { $door ->
    [cli] -
   *[studio] Avoid when placing the product
}
field-text_content = { $door ->
    [cli] --text
   *[studio] Slogan
}
field-text_model_prompt = { $door ->
    [cli] --style
   *[studio] Look of the letters
}
field-negative_prompt = { $door ->
    [cli] -
   *[studio] Avoid in the letters
}
field-font_name = { $door ->
    [cli] --font
   *[studio] Font
}
field-composition_mode = { $door ->
    [cli] --mode
   *[studio] Composite mode
}
field-composition_prompt = { $door ->
    [cli] -
   *[studio] Composite prompt
}
field-composition_negative_prompt = { $door ->
    [cli] -
   *[studio] Avoid in the composite
}
field-composition_strength = { $door ->
    [cli] --composition-strength
   *[studio] Composite strength
}
field-composition_steps = { $door ->
    [cli] -
   *[studio] Composite steps
}
field-composition_guidance_scale = { $door ->
    [cli] -
   *[studio] Composite guidance
}
field-text_position = { $door ->
    [cli] --position
   *[studio] Text position
}
field-text_x = { $door ->
    [cli] --text-x
   *[studio] Text position, horizontal
}
field-text_y = { $door ->
    [cli] --text-y
   *[studio] Text position, vertical
}
field-text_scale = { $door ->
    [cli] --text-scale
   *[studio] Text size
}
field-product_x = { $door ->
    [cli] --product-x
   *[studio] Product position, horizontal
}
field-product_y = { $door ->
    [cli] --product-y
   *[studio] Product position, vertical
}
field-product_scale = { $door ->
    [cli] --product-scale
   *[studio] Product size
}
field-strength = { $door ->
    [cli] --strength
   *[studio] Scene blend
}
field-seed = { $door ->
    [cli] --seed
   *[studio] Seed
}
field-width = { $door ->
    [cli] --size
   *[studio] Width
}
field-height = { $door ->
    [cli] --size
   *[studio] Height
}
field-num_inference_steps = { $door ->
    [cli] -
   *[studio] Scene steps
}
field-text_num_inference_steps = { $door ->
    [cli] -
   *[studio] Letter steps
}
field-guidance_scale = { $door ->
    [cli] -
   *[studio] Guidance
}
field-text_guidance_scale = { $door ->
    [cli] -
   *[studio] Letter guidance
}
field-true_cfg_scale = { $door ->
    [cli] -
   *[studio] CFG scale
}
field-preserve_product = { $door ->
    [cli] -
   *[studio] Keep the product's own pixels
}
field-step1_image = { $door ->
    [cli] --step1
   *[studio] Picture of step 1
}
field-step2_image = { $door ->
    [cli] --step2
   *[studio] Picture of step 2
}
field-start_step = { $door ->
    [cli] --from-step
   *[studio] Start step
}
field-force_from_step = { $door ->
    [cli] --force-from-step
   *[studio] Step to run again
}
field-stop_step = { $door ->
    [cli] --stop-step
   *[studio] Last step
}
field-engine = { $door ->
    [cli] --engine
   *[studio] Engine
}
field-test_mode = { $door ->
    [cli] -
   *[studio] Test mode
}
field-auto_unload = { $door ->
    [cli] -
   *[studio] Unload models afterwards
}
field-dry_run = { $door ->
    [cli] --dry-run
   *[studio] Only plan
}

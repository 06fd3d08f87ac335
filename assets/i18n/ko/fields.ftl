# Names of request fields: the flag on the command line, the label in the studio. A field without a flag of its own is named as over REST ("-").
field-product_image = { $front_end ->
    [cli] --product
   *[studio] 제품
}
field-mask_image = { $front_end ->
    [cli] --mask
   *[studio] 마스크
}
field-bg_prompt = { $front_end ->
    [cli] --prompt
   *[studio] 배경 장면
}
field-bg_negative_prompt = { $front_end ->
    [cli] --negative-prompt
   *[studio] 배경에서 피할 것
}
field-bg_composition_prompt = { $front_end ->
    [cli] -
   *[studio] 제품 배치 프롬프트
}
field-bg_composition_negative_prompt = { $front_end ->
    [cli] -
   *[studio] 제품 배치에서 피할 것
}
field-text_content = { $front_end ->
    [cli] --text
   *[studio] 광고 문구
}
field-text_model_prompt = { $front_end ->
    [cli] --style
   *[studio] 글자 스타일
}
field-negative_prompt = { $front_end ->
    [cli] -
   *[studio] 글자에서 피할 것
}
field-font_name = { $front_end ->
    [cli] --font
   *[studio] 글꼴
}
field-composition_mode = { $front_end ->
    [cli] --mode
   *[studio] 합성 방식
}
field-composition_prompt = { $front_end ->
    [cli] -
   *[studio] 합성 프롬프트
}
field-composition_negative_prompt = { $front_end ->
    [cli] -
   *[studio] 합성에서 피할 것
}
field-composition_strength = { $front_end ->
    [cli] --composition-strength
   *[studio] 합성 강도
}
field-composition_steps = { $front_end ->
    [cli] -
   *[studio] 합성 단계
}
field-composition_guidance_scale = { $front_end ->
    [cli] -
   *[studio] 합성 반영 강도
}
field-text_position = { $front_end ->
    [cli] --position
   *[studio] 문구 위치
}
field-text_x = { $front_end ->
    [cli] --text-x
   *[studio] 문구 가로 위치
}
field-text_y = { $front_end ->
    [cli] --text-y
   *[studio] 문구 세로 위치
}
field-text_scale = { $front_end ->
    [cli] --text-scale
   *[studio] 문구 크기
}
field-product_x = { $front_end ->
    [cli] --product-x
   *[studio] 제품 가로 위치
}
field-product_y = { $front_end ->
    [cli] --product-y
   *[studio] 제품 세로 위치
}
field-product_scale = { $front_end ->
    [cli] --product-scale
   *[studio] 제품 크기
}
field-camera_elevation = { $front_end ->
    [cli] --camera-elevation
   *[studio] 카메라 높이
}
field-product_pick_x = { $front_end ->
    [cli] -
   *[studio] 사진 속 제품 가로 위치
}
field-product_pick_y = { $front_end ->
    [cli] -
   *[studio] 사진 속 제품 세로 위치
}
field-product_rotation = { $front_end ->
    [cli] --product-rotation
   *[studio] 제품 각도
}
field-product_flip = { $front_end ->
    [cli] --product-flip
   *[studio] 제품 뒤집기
}
field-product_crop_left = { $front_end ->
    [cli] --product-crop
   *[studio] 사진 자르기 왼쪽
}
field-product_crop_top = { $front_end ->
    [cli] --product-crop
   *[studio] 사진 자르기 위쪽
}
field-product_crop_right = { $front_end ->
    [cli] --product-crop
   *[studio] 사진 자르기 오른쪽
}
field-product_crop_bottom = { $front_end ->
    [cli] --product-crop
   *[studio] 사진 자르기 아래쪽
}
field-product_exposure = { $front_end ->
    [cli] --product-exposure
   *[studio] 제품 밝기
}
field-product_white_balance = { $front_end ->
    [cli] --product-white-balance
   *[studio] 제품 색온도
}
field-shadow_strength = { $front_end ->
    [cli] --shadow-strength
   *[studio] 그림자 진하기
}
field-shadow_softness = { $front_end ->
    [cli] --shadow-softness
   *[studio] 그림자 부드러움
}
field-shadow_direction = { $front_end ->
    [cli] --shadow-direction
   *[studio] 그림자 방향
}
field-shadow_contact = { $front_end ->
    [cli] --shadow-contact
   *[studio] 닿는 자리 그림자
}
field-product_left = { $front_end ->
    [cli] --set product_left
   *[studio] 제품 영역 왼쪽
}
field-product_top = { $front_end ->
    [cli] --set product_top
   *[studio] 제품 영역 위쪽
}
field-product_right = { $front_end ->
    [cli] --set product_right
   *[studio] 제품 영역 오른쪽
}
field-product_bottom = { $front_end ->
    [cli] --set product_bottom
   *[studio] 제품 영역 아래쪽
}
field-strength = { $front_end ->
    [cli] --strength
   *[studio] 배경 적응
}
field-seed = { $front_end ->
    [cli] --seed
   *[studio] 시드
}
field-width = { $front_end ->
    [cli] --size
   *[studio] 너비
}
field-height = { $front_end ->
    [cli] --size
   *[studio] 높이
}
field-num_inference_steps = { $front_end ->
    [cli] -
   *[studio] 배경 단계
}
field-text_num_inference_steps = { $front_end ->
    [cli] -
   *[studio] 글자 단계
}
field-guidance_scale = { $front_end ->
    [cli] -
   *[studio] 프롬프트 반영
}
field-text_guidance_scale = { $front_end ->
    [cli] -
   *[studio] 글자 프롬프트 반영
}
field-true_cfg_scale = { $front_end ->
    [cli] -
   *[studio] CFG 배율
}
field-preserve_product = { $front_end ->
    [cli] -
   *[studio] 제품 픽셀 그대로 유지
}
field-step1_image = { $front_end ->
    [cli] --step1
   *[studio] 1단계 그림
}
field-step2_image = { $front_end ->
    [cli] --step2
   *[studio] 2단계 그림
}
field-start_step = { $front_end ->
    [cli] --from-step
   *[studio] 시작 단계
}
field-force_from_step = { $front_end ->
    [cli] --force-from-step
   *[studio] 다시 실행할 단계
}
field-stop_step = { $front_end ->
    [cli] --stop-step
   *[studio] 마지막 단계
}
field-engine = { $front_end ->
    [cli] --engine
   *[studio] 엔진
}
field-model = { $front_end ->
    [cli] --model
   *[studio] 모델
}
field-test_mode = { $front_end ->
    [cli] -
   *[studio] 테스트 모드
}
field-auto_unload = { $front_end ->
    [cli] -
   *[studio] 작업 뒤 모델 내리기
}
field-dry_run = { $front_end ->
    [cli] --dry-run
   *[studio] 계획만 보기
}
field-layers = { $front_end ->
    [cli] --layers
   *[studio] 레이어
}
field-background_color = { $front_end ->
    [cli] --background-color
   *[studio] 배경색
}
field-background_image = { $front_end ->
    [cli] --background-image
   *[studio] 배경 그림
}

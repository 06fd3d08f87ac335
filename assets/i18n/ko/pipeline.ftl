# Messages of the area `pipeline`. Message IDs are notice codes.

# Given pictures.
pipeline-background-cropped = 그림의 가로세로 비율이 요청한 크기와 달라 가장자리를 잘랐어요
pipeline-product-segmented = 그림에서 제품을 다시 찾았어요. 그림과 함께 만든 윤곽을 쓰면 더 정확해요.
pipeline-product-cut = 제품이 사진 가장자리에서 잘렸고 이 위치에서는 잘린 면이 보여요. 제품 위치와 크기를 자동으로 두거나 제품이 다 나온 사진을 쓰세요.
pipeline-product-enlarged = 사진 속 제품이 { $width }×{ $height }픽셀뿐이라 { $percent }%로 키웠어요. 더 큰 사진을 쓰면 더 선명해요.

# The headline and its place. `percent`, `before` and `after` are whole percents of the text.
pipeline-type-small = 글자 높이가 { $pixels }픽셀뿐이라 읽기 어려워요. 글자나 줄을 줄이거나 캔버스를 키우세요.
pipeline-type-small-by-scale = 글자 높이가 { $pixels }픽셀뿐이라 읽기 어려워요. 글자나 줄을 줄이거나 캔버스를 키우거나 { JOSA(FIELD("text_scale"), "을/를") } 높이세요.
pipeline-no-product = 그림에서 제품을 찾지 못해 문구를 가리는 것이 없어요
pipeline-text-hidden = 이 위치에서는 문구의 { $percent }%가 제품에 가려져요
pipeline-text-moved = 이 위치에서는 문구의 { $before }%가 제품에 가려져서 { $after }%만 가려지는 곳으로 옮겼어요
pipeline-letters-hidden = 글자의 { $percent }%가 제품에 가려졌어요. 문구 위치를 바꾸거나 문구 또는 제품을 옮기세요.

# Legibility of the finished picture.
pipeline-contrast-low = 글자 윤곽의 { $percent }%만 배경과 뚜렷이 구분돼요. 글자를 줄이거나 더 굵은 글꼴이나 다른 스타일을 쓰세요.
pipeline-legibility-transparent = 투명한 그림이라 글자의 대비는 놓이는 배경에 따라 달라요. 그래서 재지 않았어요
pipeline-legibility-unknown = 글자가 너무 작거나 가려져 있어서 얼마나 잘 읽히는지 잴 수 없어요

# A defect of the program.
pipeline-no-picture = 그림을 만들지 못하고 끝났어요. 프로그램의 결함이니 알려 주세요.
pipeline-draft-panicked = 초안을 그리지 못했어요

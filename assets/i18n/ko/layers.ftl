# Messages of the area `layers`. Message IDs are notice codes.

# SVG pictures.
layers-svg-too-large = SVG는 { $mebibytes }MiB까지 쓸 수 있어요. 단순하게 만들거나 PNG를 쓰세요.
layers-svg-not-utf8 = SVG가 UTF-8이 아니에요. UTF-8로 저장하세요.
layers-svg-invalid = SVG를 읽을 수 없어요. 다시 저장하거나 PNG를 쓰세요. ({ $detail })
layers-svg-too-complex = SVG의 요소가 { $most }개를 넘거나 효과가 너무 많아요. 단순하게 만들거나 PNG를 쓰세요.
layers-svg-text = SVG 안의 글자는 그리지 않아요. 패스로 바꾸세요.
layers-svg-image = SVG 안의 그림은 그리지 않아요. 그 그림을 레이어로 넣으세요.

# Drawing.
layers-text-small = 글자 높이가 { $pixels }픽셀뿐이라 읽기 어려워요. size를 키우세요.
layers-text-outside = 글자 일부가 캔버스 밖에 있어 잘려요. 위치를 옮기거나 size, width를 줄이세요.
layers-text-too-complex = 이 글꼴의 글자는 점이 너무 많아 일부가 빠졌어요. 다른 글꼴을 쓰세요.

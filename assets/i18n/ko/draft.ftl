# Messages of the area `draft`. Message IDs are notice codes.

draft-no-canvas = 캔버스에 픽셀이 없어요. 너비와 높이를 { $min } 이상으로 고르세요.
draft-unknown-scene = 초안 엔진이 아는 장소, 재질, 색이 없어 무난한 배경을 그렸어요: { $words }
draft-word-near = 초안 엔진에는 “{ $word }”에 맞는 표현이 없어요. 가장 가까운 낱말: { $near }
draft-words-unknown =
    { $more ->
        [0] 초안 엔진의 장면에 영향을 주지 않는 낱말이에요: { $words }
       *[other] 초안 엔진의 장면에 영향을 주지 않는 낱말이에요: { $words } 외 { $more }개
    }
draft-word-overruled = “{ $word }” 대신 “{ $winner }”만 그렸어요. 장면의 같은 부분을 뜻하는 낱말은 하나만 남겨 주세요.
draft-words-crowded = 한 장면에는 소품 다섯 가지와 색 두 가지까지 들어가서 이 낱말은 그리지 않았어요: { $words }
draft-unknown-material = 초안 엔진이 아는 재질이나 색이 없어 하나를 골랐어요. 금, 나무, 빨강처럼 재질이나 색을 써 보세요.
draft-size-mismatch = 글자 뒤의 그림과 글자 캔버스의 크기가 달라요. 1단계부터 다시 만드세요.
draft-no-photo = 사진에 픽셀이 없어요
draft-no-product = 사진에서 제품을 찾지 못해 사진 전체를 써요. 배경이 단순하거나 투명한 사진을 쓰세요.
draft-network-start = 제품을 잘라내는 모델을 시작할 수 없어요: { $error }
draft-network-ended = 제품을 잘라내는 모델이 예기치 않게 끝났어요. 다시 시도하세요.
draft-network-load = 내장된 잘라내기 모델을 읽을 수 없어요: { $error }
draft-network-stopped = 제품을 잘라내는 모델이 멈췄어요: { $error }
draft-network-check = { $file }: { $error }
draft-network-built-in = 내장된 잘라내기 모델이 멈췄어요: { $error }

#!/usr/bin/env python3
"""Reads what the program wrote: 60 Korean and English phrases, each with another font, style, scene and mode; one table.
Letters and digits count; case and punctuation do not. Ends with 1 if a target is missed.

usage: legibility.py BINARY [COUNT]        needs: tesseract with kor and eng; pip install rapidocr-onnxruntime pillow numpy

(a) the front-face mask (face.png), black on white, read once by Tesseract (--psm 6): characters that agree, target >= 97 %
(b) English phrases read from the final picture by RapidOCR: characters that agree, target >= 95 %
(c) the program's own contour contrast score and, beside it, this script's own measurement of the final picture: figures without a target,
    because letters with depth also stand out by their own light and shadow, and coloured ones by their colour
"""
import difflib, json, pathlib, subprocess, sys, tempfile
import numpy as np
from PIL import Image, ImageFilter

KOREAN = """신메뉴 출시|여름 특가|오늘의 커피|반값 할인|가을 한정판|무료 배송|첫 구매 혜택|따뜻한 겨울|맛있는 하루|새로운 시작|전통의 맛|
프리미엄 원두|주말 세일|선착순 백명|건강한 아침|달콤한 휴식|신선한 과일|봄맞이 대축제|한정 수량|감사 이벤트|갓 구운 빵|시원한 한 잔|
오픈 기념 행사|향기로운 순간|빛나는 피부|내일 도착|최저가 보장|특별한 선물|집에서 즐기는 카페|오직 이번 주""".replace("\n", "").split("|")
ENGLISH = """New Arrival|SUMMER SALE|Fresh Coffee|Half Price|Limited Edition|Free Shipping|Grand Opening|Best Seller|Taste the Day|Good Morning|
Black Friday|Winter Warmth|Organic Juice|Hot Deal|Only Today|Spring Bloom|Daily Bread|Pure Water|Golden Hour|Weekend Special|Buy One Get One|
Premium Quality|Back to School|Happy Holidays|Crafted by Hand|Natural Beauty|Made in Seoul|Cool Breeze|Night Market|Big Clearance""".replace("\n", "").split("|")
STYLES = ["gold", "silver", "chrome", "copper", "neon pink", "glass", "stone", "wood", "gold balloon", "ice", "candy", "red plastic", "white paper", "blue"]
SCENES = ["wooden table in a cafe", "white marble", "dark luxury studio", "beach at sunset", "green garden", "night city neon"]
FONTS = ["NanumSquare/NanumSquareEB.ttf", "NanumSquare/NanumSquareB.ttf", "NanumGothic/NanumGothicBold.ttf", "Pretendard/Pretendard-Black.otf",
         "Pretendard/Pretendard-Bold.otf", "BM/BMDOHYEON_ttf.ttf", "BM/BMJUA_ttf.ttf"]
MODES = ["overlay", "blend"]
LINE_HEIGHT = 60
SAMPLE = pathlib.Path(__file__).parents[2] / "assets/samples/coffee.png"


def squeeze(text):
    return "".join(c for c in text if c.isalnum()).upper()


def agreement(want, got):
    want, got = squeeze(want), squeeze(got)
    same = sum(b.size for b in difflib.SequenceMatcher(None, want, got, autojunk=False).get_matching_blocks())
    return same, len(want)


def tesseract(face, language, folder):
    x0, y0, x1, y1 = face.getbbox() or (0, 0, 1, 1)
    page = Image.new("L", (x1 - x0 + 160, y1 - y0 + 160), 255)
    page.paste(Image.eval(face.crop((x0, y0, x1, y1)), lambda v: 255 - v), (80, 80))
    # Tesseract is made for lines some 40 to 60 pixels tall: each line of the slogan is brought to that, whatever it says.
    lines = max(1, sum(1 for a, b in zip([False] + rows_of(page), rows_of(page)) if b and not a))
    scale = min(1.0, lines * LINE_HEIGHT / max(1, y1 - y0))
    path = folder / "page.png"
    page.resize((max(1, int(page.width * scale)), max(1, int(page.height * scale))), Image.LANCZOS).save(path)
    out = subprocess.run(["tesseract", str(path), "-", "-l", language, "--psm", "6"], capture_output=True, text=True)
    return out.stdout.strip()


def rows_of(page):
    return [bool(v) for v in (np.asarray(page) < 128).any(axis=1)]


def contrast(final, face):
    lin = np.asarray(final.convert("RGB"), np.float32) / 255
    lin = np.where(lin <= .04045, lin / 12.92, ((lin + .055) / 1.055) ** 2.4) @ np.array([.2126, .7152, .0722], np.float32)
    mask = np.asarray(face, np.float32) / 255 > .5
    import cv2
    inside = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    outside = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    ring_in, ring_out = (inside >= 1) & (inside <= 4), (outside >= 1) & (outside <= 5)
    box = lambda v: cv2.boxFilter(v.astype(np.float32), -1, (9, 9), normalize=False)
    li, lo = box(lin * ring_in) / np.maximum(box(ring_in), 1), box(lin * ring_out) / np.maximum(box(ring_out), 1)
    edge = mask & (inside < 1.5)
    ratio = (np.maximum(li, lo) + .05) / (np.minimum(li, lo) + .05)
    return float((ratio[edge] >= 3).mean()) if edge.any() else 0.0


def main():
    binary = sys.argv[1]
    phrases = [p for pair in zip(KOREAN, ENGLISH) for p in pair]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else len(phrases)
    from rapidocr_onnxruntime import RapidOCR
    ocr = RapidOCR()
    a = b = (0, 0)
    failures, scores, mine = [], [], []
    print("phrase | font | style | scene | mode | tesseract | rapidocr | contour (program) | contour (script)")
    for i, phrase in enumerate(phrases[:count]):
        korean = any("가" <= c <= "힣" for c in phrase)
        font, style, scene, mode = FONTS[i % len(FONTS)], STYLES[i % len(STYLES)], SCENES[i % len(SCENES)], MODES[(i // 2) % 2]
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            run = subprocess.run([binary, "--data-dir", folder / "data", "generate", "--product", SAMPLE, "--text", phrase, "--font", font, "--style", style,
                                  "--prompt", scene, "--mode", mode, "--seed", "11", "--json", "--save-steps", folder, "--out", folder / "ad.png"],
                                 capture_output=True, text=True)
            if run.returncode:
                failures.append(f"{phrase}: {run.stderr.strip()}")
                continue
            report = json.loads(run.stdout)
            face = Image.open(folder / "face.png")
            read = tesseract(face, "kor" if korean else "eng", folder)
            same, total = agreement(phrase, read)
            a = (a[0] + same, a[1] + total)
            line_b = "-"
            final = Image.open(folder / "ad.png").convert("RGB")
            if not korean:
                result, _ = ocr(np.asarray(final)[:, :, ::-1])
                text = " ".join(r[1] for r in (result or []))
                same_b, total_b = agreement(phrase, text)
                b = (b[0] + same_b, b[1] + total_b)
                line_b = f"{same_b}/{total_b}"
                if same_b < total_b:
                    failures.append(f"(b) {phrase} / {font} / {style}: read {text!r}")
            own = contrast(final, Image.open(folder / "letters.png"))
            scores.append(report["legibility"])
            mine.append(own)
            if same < total:
                failures.append(f"(a) {phrase} / {font}: read {read!r}")
            print(f"{phrase} | {font} | {style} | {scene} | {mode} | {same}/{total} | {line_b} | {report['legibility']:.3f} | {own:.3f}", flush=True)
    print(f"\n(a) Tesseract on the face mask: {100 * a[0] / max(1, a[1]):.1f} % of {a[1]} characters (target 97)")
    print(f"(b) RapidOCR on the final picture, English: {100 * b[0] / max(1, b[1]):.1f} % of {b[1]} characters (target 95)")
    print(f"(c) contour contrast >= 3:1: lowest {min(scores):.3f}, pictures at or above 0.95: {sum(s >= .95 for s in scores)}/{len(scores)}")
    print(f"    the same by this script's own sampling: lowest {min(mine):.3f}, at or above 0.95: {sum(s >= .95 for s in mine)}/{len(mine)}")
    met = (a[0] >= 0.97 * a[1], b[0] >= 0.95 * b[1])
    print("failures:" if failures else "no failures")
    for failure in failures:
        print("  " + failure)
    sys.exit(0 if all(met) else 1)


main()

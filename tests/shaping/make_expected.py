"""Makes expected.json: how HarfBuzz's hb-shape sets the texts below. Needs hb-shape (Debian: apt install harfbuzz-utils) and fontTools.

    python make_expected.py                    renews expected.json with the fonts that are here
    python make_expected.py --fonts NOTO_DIR   cuts the small fonts in fonts/ from the Noto fonts (SIL OFL 1.1) in a folder too

Every text is set with one font in the direction that hb-shape guesses. A glyph is [ID, advance, x offset, y offset] in units of the font, from
left to right.
"""

import json
import pathlib
import subprocess
import sys
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# Script, font (below the project's folder), texts.
TEXTS = [
    ("Latin", "fonts/Pretendard/Pretendard-Black.otf", ["AVATAR WAVE To Ty", "Summer Sale 50%", "Café Crème", "office → fluffy", "L'Été à 9,900"]),
    ("Latin", "fonts/NanumSquare/NanumSquareEB.ttf", ["SALE 2,980", "Last Day!", "AWAY To You"]),
    ("Latin", "tests/shaping/fonts/NotoSans.ttf", ["difficult affinity", "A\u0304\u0327 q\u0303", "x\u0302 n\u0308\u0304", "AVATAR Ta"]),
    ("Latin (Vietnamese)", "fonts/Pretendard/Pretendard-Bold.otf", ["Giảm giá sốc", "Cà phê sữa đá", "Vie\u0323\u0302t Nam", "Ngày hội ưu đãi"]),
    ("Hangul", "fonts/Pretendard/Pretendard-Black.otf", ["신메뉴 출시!", "\u1112\u1161\u11ab\u1100\u1173\u11af", "최대 70% 할인"]),
    ("Hangul", "fonts/NanumGothic/NanumGothicBold.ttf", ["오늘만 이 가격", "봄 한정 메뉴"]),
    ("Cyrillic", "tests/shaping/fonts/NotoSans.ttf", ["Скидка дня", "Ёлка й новый год"]),
    ("Greek", "tests/shaping/fonts/NotoSans.ttf", ["Καλημέρα", "ΑΥΤΑ ὦ"]),
    ("Arabic", "fonts/NotoSans/NotoSansArabic-Bold.ttf", ["خصم كبير", "السلام عليكم", "مُحَمَّد", "لا إله", "تخفيضات الصيف", "می\u200cخواهم", "خرید آنلاین"]),
    ("Arabic", "tests/shaping/fonts/NotoNastaliqUrdu.ttf", ["خوش آمدید", "نئی پیشکش"]),
    ("Hebrew", "fonts/NotoSans/NotoSansHebrew-Bold.ttf", ["שלום", "מבצע ענק", "שָׁלוֹם"]),
    ("Thai", "fonts/NotoSans/NotoSansThai-Bold.ttf", ["ลดราคา", "น้ำดื่ม", "ที่นี่วันนี้", "กู้ปั่น ญี่ปุ่น"]),
    ("Devanagari", "fonts/NotoSans/NotoSansDevanagari-Bold.ttf", ["नमस्ते", "क्षत्रिय", "हिन्दी में छूट", "र्कि श्री", "कॉफ़ी"]),
    ("Bengali", "tests/shaping/fonts/NotoSansBengali.ttf", ["বাংলা", "ক্ষমা কো", "র্ক স্ত্রী"]),
    ("Tamil", "tests/shaping/fonts/NotoSansTamil.ttf", ["தமிழ்", "கொடு", "ஸ்ரீ"]),
    ("Telugu", "tests/shaping/fonts/NotoSansTelugu.ttf", ["తెలుగు", "స్త్రీ"]),
    ("Khmer", "tests/shaping/fonts/NotoSansKhmer.ttf", ["ខ្មែរ", "ស្រី កោះ"]),
    ("Myanmar", "tests/shaping/fonts/NotoSansMyanmar.ttf", ["မြန်မာ", "ကျွန်ုပ်"]),
    ("Lao", "tests/shaping/fonts/NotoSansLao.ttf", ["ລາວ", "ນ້ຳ"]),
    ("Georgian", "tests/shaping/fonts/NotoSansGeorgian.ttf", ["გამარჯობა"]),
]


def cut_fonts(noto):
    for name in sorted({font for _, font, _ in TEXTS if font.startswith("tests/")}):
        letters = "".join(text for _, font, texts in TEXTS if font == name for text in texts)
        # The shaper decomposes some letters, such as the Lao vowel AM.
        letters += unicodedata.normalize("NFKD", letters)
        source = pathlib.Path(noto) / pathlib.Path(name).name.replace(".ttf", "-Bold.ttf")
        subprocess.run(
            ["pyftsubset", source, f"--text={letters}", f"--output-file={ROOT / name}", "--layout-features=*", "--no-hinting", "--name-IDs=0,1,2,13,14"],
            check=True,
        )


def shaped(font, text):
    command = ["hb-shape", "--no-glyph-names", "--no-clusters", "--output-format=json", ROOT / font, text]
    glyphs = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [[g["g"], g["ax"], g["dx"], g["dy"]] for g in glyphs]


def main():
    if sys.argv[1:2] == ["--fonts"]:
        cut_fonts(sys.argv[2])
    version = subprocess.run(["hb-shape", "--version"], check=True, capture_output=True, text=True).stdout.splitlines()[0]
    cases = [{"script": s, "font": f, "text": t, "glyphs": shaped(f, t)} for s, f, texts in TEXTS for t in texts]
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    (HERE / "expected.json").write_text(f'{{"made_by": "{version}", "cases": [\n{lines}\n]}}\n', encoding="utf-8")
    print(len(cases), "texts in", len({s for s, _, _ in TEXTS}), "scripts")


main()

"""Makes the small fonts of the tests. Drawn here, CC0. Needs fontTools and brotli: pip install fonttools brotli; python make_fonts.py

plain.ttf, plain.otf     one face
collection.ttc           two faces with names of their own, "Box One" and "Box Two"
variable.ttf             axis wght 400..900, instances Regular, Bold, Black
plain.woff, plain.woff2  plain.ttf packed
laughs.ttf, laughs.otf   "A" draws 2^30 boxes through composites, or through nested subroutines that draw nothing
cycle.ttf                "A" is a part of itself
"""

import io
import os

from fontTools.fontBuilder import FontBuilder
from fontTools.misc.psCharStrings import T2CharString
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont, newTable
from fontTools.ttLib.tables._g_l_y_f import Glyph, GlyphComponent

os.chdir(os.path.dirname(os.path.abspath(__file__)))
LETTERS = "ABELSabels가나신메뉴"


def box(pen, width=400):
    pen.moveTo((50, 0))
    pen.lineTo((50, 700))
    pen.lineTo((50 + width, 700))
    pen.lineTo((50 + width, 0))
    pen.closePath()


def name_of(c):
    return f"uni{ord(c):04X}"


def builder(family, glyphs, ttf=True, style="Regular"):
    order = [".notdef", "space", *glyphs]
    fb = FontBuilder(1000, isTTF=ttf)
    fb.setupGlyphOrder(order)
    fb.setupCharacterMap({32: "space"} | {ord(c): name_of(c) for c in LETTERS if name_of(c) in glyphs})
    fb.setupHorizontalMetrics({name: (500, 0) for name in order})
    fb.setupHorizontalHeader(ascent=800, descent=-200)
    fb.setupNameTable({"familyName": family, "styleName": style, "fullName": f"{family} {style}", "psName": family.replace(" ", "")})
    fb.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWeightClass=400)
    fb.setupPost()
    return fb


def truetype(family, width=400):
    glyphs = [name_of(c) for c in LETTERS]
    fb = builder(family, glyphs)
    drawn = {}
    for name in [".notdef", "space", *glyphs]:
        pen = TTGlyphPen(None)
        if name != "space":
            box(pen, width)
        drawn[name] = pen.glyph()
    fb.setupGlyf(drawn)
    return fb


def composite(parts):
    glyph = Glyph()
    glyph.numberOfContours = -1
    glyph.components = []
    for part in parts:
        component = GlyphComponent()
        component.glyphName, component.x, component.y, component.flags = part, 0, 0, 0x203
        glyph.components.append(component)
    return glyph


def composites(family, levels):
    """A chain of composite glyphs; `levels` gives the parts of each, deepest last."""
    names = [name_of("A")] + [f"part{i}" for i in range(1, len(levels) + 1)]
    fb = builder(family, names)
    pen = TTGlyphPen(None)
    box(pen)
    drawn = {".notdef": pen.glyph(), "space": TTGlyphPen(None).glyph()}
    pen = TTGlyphPen(None)
    box(pen)
    drawn[names[-1]] = pen.glyph()
    for name, parts in zip(names, levels):
        drawn[name] = composite([names[p] for p in parts])
    fb.font["glyf"] = table = newTable("glyf")
    table.glyphOrder, table.glyphs = fb.font.getGlyphOrder(), drawn
    fb.font["loca"] = newTable("loca")
    # Bounding boxes of hostile glyphs cannot be computed: that is the point.
    fb.font.recalcBBoxes = False
    for glyph in drawn.values():
        glyph.xMin = glyph.yMin = glyph.xMax = glyph.yMax = 0
    return fb.font


def plain_otf():
    glyphs = [name_of(c) for c in LETTERS]
    fb = builder("Box", glyphs, ttf=False)
    strings = {}
    for name in [".notdef", "space", *glyphs]:
        pen = T2CharStringPen(500, None)
        if name != "space":
            box(pen)
        strings[name] = pen.getCharString()
    fb.setupCFF("Box", {"FullName": "Box"}, strings, {})
    fb.save("plain.otf")


def laughing_otf():
    """Ten levels of subroutines, each of which calls the next one a thousand times and draws nothing."""
    fb = builder("Laughs", [name_of("A")], ttf=False)
    pen = T2CharStringPen(500, None)
    box(pen)
    strings = {".notdef": pen.getCharString(), "space": T2CharStringPen(500, None).getCharString(), name_of("A"): pen.getCharString()}
    fb.setupCFF("Laughs", {"FullName": "Laughs"}, strings, {})
    cff = fb.font["CFF "].cff
    top = cff[0]
    from fontTools.cffLib import SubrsIndex

    private = top.Private
    private.Subrs = SubrsIndex()
    levels, bias = 9, 107
    for level in range(levels):
        program = ["return"] if level == levels - 1 else [level + 1 - bias, "callsubr"] * 1000 + ["return"]
        private.Subrs.append(T2CharString(program=program, private=private, globalSubrs=cff.GlobalSubrs))
    a = top.CharStrings[name_of("A")]
    a.program = [0 - bias, "callsubr", *pen.getCharString().program[1:]]
    fb.font.recalcBBoxes = False
    fb.save("laughs.otf")


def variable():
    fb = truetype("Box", 200)
    fb.setupFvar(
        [("wght", 400, 400, 900, "Weight")],
        [
            {"location": {"wght": 400}, "stylename": "Regular"},
            {"location": {"wght": 700}, "stylename": "Bold"},
            {"location": {"wght": 900}, "stylename": "Black"},
        ],
    )
    from fontTools.ttLib.tables.TupleVariation import TupleVariation

    # The right side moves by 200 units from the lightest to the heaviest.
    deltas = [(0, 0), (0, 0), (200, 0), (200, 0), None, None, None, None]
    fb.setupGvar({name_of(c): [TupleVariation({"wght": (0.0, 1.0, 1.0)}, deltas)] for c in LETTERS})
    fb.save("variable.ttf")


def save(font, path):
    font.save(path, reorderTables=None)


truetype("Box").save("plain.ttf")
plain_otf()
laughing_otf()
variable()
collection = TTCollection()
for family, width in [("Box One", 300), ("Box Two", 400)]:
    memory = io.BytesIO()
    truetype(family, width).save(memory)
    collection.fonts.append(TTFont(memory))
collection.save("collection.ttc")
for flavor in ["woff", "woff2"]:
    font = TTFont("plain.ttf")
    font.flavor = flavor
    font.save(f"plain.{flavor}")
save(composites("Laughs", [(i + 1, i + 1) for i in range(30)]), "laughs.ttf")
save(composites("Cycle", [(1, 1), (0, 0), (0, 0)]), "cycle.ttf")
for file in sorted(os.listdir(".")):
    print(file, os.path.getsize(file))

"""Draw the images in custom_components/seam/brand: a padlock with a keypad.

.venv/bin/python scripts/brand.py
"""

from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

FOLDER: Final = Path(__file__).resolve().parents[1] / "custom_components/seam/brand"
# Draw larger and scale down, to smooth the edges.
OVERSAMPLING: Final = 4
UNIT: Final = 512

type Colour = tuple[int, int, int]

BODY_TOP: Final[Colour] = (38, 166, 154)
BODY_BOTTOM: Final[Colour] = (0, 105, 118)
KEY: Final[Colour] = (224, 247, 244)
LIT: Final[Colour] = (255, 202, 64)
SHACKLE: Final[Colour] = (69, 90, 100)
SHACKLE_ON_DARK: Final[Colour] = (176, 190, 197)
TEXT: Final[Colour] = (38, 50, 56)
TEXT_ON_DARK: Final[Colour] = (236, 239, 241)


def icon(size: int, *, dark: bool) -> Image.Image:
    """Return a padlock whose body is a keypad."""
    scale = size * OVERSAMPLING / UNIT

    def box(*corners: float) -> list[float]:
        return [corner * scale for corner in corners]

    canvas = Image.new("RGBA", (size * OVERSAMPLING,) * 2)
    draw = ImageDraw.Draw(canvas)

    shackle = SHACKLE_ON_DARK if dark else SHACKLE
    draw.rounded_rectangle(
        box(144, 12, 368, 330),
        radius=112 * scale,
        outline=shackle,
        width=int(44 * scale),
    )

    body = box(64, 172, 448, 500)
    mask = Image.new("L", canvas.size)
    ImageDraw.Draw(mask).rounded_rectangle(body, radius=64 * scale, fill=255)
    gradient = Image.linear_gradient("L").resize(
        (canvas.width, int(body[3] - body[1])), Image.Resampling.BICUBIC
    )
    shade = Image.new("L", canvas.size)
    shade.paste(gradient, (0, int(body[1])))
    canvas.paste(
        Image.composite(
            Image.new("RGBA", canvas.size, BODY_BOTTOM),
            Image.new("RGBA", canvas.size, BODY_TOP),
            shade,
        ),
        mask=mask,
    )

    for row in range(3):
        for column in range(3):
            x, y = 156 + 100 * column, 248 + 88 * row
            draw.ellipse(
                box(x - 30, y - 30, x + 30, y + 30),
                fill=LIT if (row, column) == (1, 1) else KEY,
            )
    return canvas.resize((size, size), Image.Resampling.LANCZOS)


def logo(height: int, *, dark: bool) -> Image.Image:
    """Return the icon with the name next to it."""
    scale = height / 128
    font = ImageFont.load_default(84 * scale * OVERSAMPLING)
    left, top, right, bottom = font.getbbox("Seam")
    gap = int(18 * scale)
    text = Image.new("RGBA", (int(right - left), int(bottom - top)))
    ImageDraw.Draw(text).text(
        (-left, -top), "Seam", font=font, fill=TEXT_ON_DARK if dark else TEXT
    )
    text = text.resize(
        (text.width // OVERSAMPLING, text.height // OVERSAMPLING),
        Image.Resampling.LANCZOS,
    )
    image = icon(height, dark=dark)
    canvas = Image.new("RGBA", (height + gap + text.width, height))
    canvas.paste(image)
    canvas.paste(text, (height + gap, (height - text.height) // 2 + int(10 * scale)))
    box = canvas.getbbox()
    assert box is not None
    return canvas.crop((box[0], 0, box[2], height))


def main() -> None:
    """Write every size, for light and dark backgrounds."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for prefix, dark in (("", False), ("dark_", True)):
        for suffix, factor in (("", 1), ("@2x", 2)):
            for name, image in (
                ("icon", icon(256 * factor, dark=dark)),
                ("logo", logo(128 * factor, dark=dark)),
            ):
                image.save(FOLDER / f"{prefix}{name}{suffix}.png", optimize=True)


if __name__ == "__main__":
    main()

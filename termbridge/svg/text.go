package svg

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"podium/termbridge/vt"
)

// class is a look of text.
type class struct {
	fill         RGB
	bold, italic bool
}

// classes are the looks in use; the style sheet names them by their number.
type classes struct {
	order []class
	names map[class]string
}

func (c *classes) name(l class) string {
	if c.names == nil {
		c.names = map[class]string{}
	}
	name, ok := c.names[l]
	if !ok {
		name = fmt.Sprintf("c%d", len(c.order))
		c.names[l] = name
		c.order = append(c.order, l)
	}
	return name
}

// write writes the style sheet. m centres a character on its cells.
func (c *classes) write(b *bytes.Buffer) {
	b.WriteString("<style>.m{text-anchor:middle}")
	for _, l := range c.order {
		fmt.Fprintf(b, ".%s{fill:%s", c.names[l], l.fill)
		if l.bold {
			b.WriteString(";font-weight:bold")
		}
		if l.italic {
			b.WriteString(";font-style:italic")
		}
		b.WriteByte('}')
	}
	b.WriteString("</style>\n")
}

func (c *cell) class() class {
	return class{c.fg, c.attrs&vt.AttrBold != 0, c.attrs&vt.AttrItalic != 0}
}

// simple says whether c can stand in a run: a letter that every monospace font
// has at one cell's width. Others are put on the grid one by one.
func (c *cell) simple() bool {
	r, n := utf8.DecodeRuneInString(c.text)
	return c.width == 1 && n == len(c.text) && r > ' ' && r < 0x500
}

// writeRow writes the text of a row as runs of one look and one link. A single
// blank may stand inside a run, a wider gap ends it.
func (d *drawing) writeRow(row []cell, y int) {
	for x := 0; x < len(row); x++ {
		c := &row[x]
		if c.blank() {
			continue
		}
		if !c.simple() {
			d.writeText(c, x, y, 0, c.text)
			continue
		}
		run, end := []byte(c.text), x+1
		for end < len(row) {
			next := end
			if row[next].blank() && row[next].link == c.link && next+1 < len(row) {
				next++
			}
			n := &row[next]
			if n.blank() || !n.simple() || n.class() != c.class() || n.link != c.link {
				break
			}
			if next > end {
				run = append(run, ' ')
			}
			run, end = append(run, n.text...), next+1
		}
		d.writeText(c, x, y, end-x, string(run))
		x = end - 1
	}
}

// writeText writes one text element: cells wide, or centred when that is 0.
func (d *drawing) writeText(c *cell, x, y, cells int, text string) {
	b := &d.text
	href := safeLink(c.link)
	if href != "" {
		fmt.Fprintf(b, `<a href="%s">`, escape(href))
	}
	name, top := d.classes.name(c.class()), y*cellH+baseline
	switch {
	case cells == 0:
		fmt.Fprintf(b, `<text class="%s m" x="%d" y="%d">`, name, x*cellW+max(1, c.width)*cellW/2, top)
	case cells == 1:
		fmt.Fprintf(b, `<text class="%s" x="%d" y="%d">`, name, x*cellW, top)
	default:
		fmt.Fprintf(b, `<text class="%s" x="%d" y="%d" textLength="%d" lengthAdjust="spacingAndGlyphs">`, name, x*cellW, top, cells*cellW)
	}
	b.WriteString(escape(text))
	b.WriteString("</text>")
	if href != "" {
		b.WriteString("</a>")
	}
	b.WriteByte('\n')
}

// safeLink returns the address of a link that may be followed from a picture,
// "" for any other.
func safeLink(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	switch u.Scheme {
	case "http", "https":
		if u.Host == "" {
			return ""
		}
	case "mailto":
	default:
		return ""
	}
	return u.String()
}

// escape makes text safe as content and as the value of an attribute. What XML
// cannot hold, and what changes the direction of text, becomes U+FFFD.
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"':
			b.WriteString("&quot;")
		case r == '\'':
			b.WriteString("&#39;")
		case r < ' ', r >= 0x7f && r < 0xa0, r&0xfffe == 0xfffe,
			r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x2028, r == 0x2029:
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

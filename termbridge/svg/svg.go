// Package svg draws the screen of an emulated terminal as a picture in SVG 1.1:
// for the documentation of a program, or to show somebody a screen.
//
// Everything stands on an exact grid of cells whatever font the viewer has:
// runs of text carry their length, lines, blocks and braille dots are drawn as
// shapes, underlines as strokes. Nothing is fetched, run or embedded; all text
// is escaped, and of hyperlinks only those to the web and to mail pass. The
// same screen gives the same bytes.
//
// It is no recorder: a picture holds one moment, and what blinks stands still.
package svg

import (
	"bytes"
	"fmt"
	"io"
)

// The grid, in units of the picture. The font size makes the advance of the
// common monospace fonts (0.6 em) one cell.
const (
	cellW    = 10
	cellH    = 20
	baseline = 15
	fontSize = "16.6"
)

const (
	padding  = 12 // around the screen
	barH     = 36 // the title bar of a window frame
	rounding = 8  // of the corners
)

// fonts is the stack of fonts to look for; it ends with the viewer's own.
const fonts = "ui-monospace,'DejaVu Sans Mono','JetBrains Mono',Menlo,Consolas,'Liberation Mono',monospace"

// Options say how a screen is drawn. The zero value draws it in light colours
// on dark, with its cursor, without a window.
type Options struct {
	// Palette holds the colours that the screen does not name itself; nil
	// means [Dark].
	Palette *Palette
	// Frame draws a window around the screen, with a bar that shows Title.
	Frame bool
	// Title names the picture, also for those who cannot see it.
	Title string
	// HideCursor leaves the cursor out.
	HideCursor bool
}

// Render returns the picture of s. It does not block and is safe for
// concurrent use.
func Render(s Screen, o Options) []byte {
	if o.Palette == nil {
		o.Palette = Dark()
	}
	d := &drawing{screen: s, opts: o, pal: o.Palette, y0: padding}
	if o.Frame {
		d.y0 = barH
	}
	d.resolve()
	d.collect()
	return d.assemble()
}

// Write writes the picture of s to w; an error is w's.
func Write(w io.Writer, s Screen, o Options) error {
	if _, err := w.Write(Render(s, o)); err != nil {
		return fmt.Errorf("write the picture: %w", err)
	}
	return nil
}

// drawing is a picture in the making.
type drawing struct {
	screen Screen
	opts   Options
	pal    *Palette
	y0     int // where the first row begins

	cells   []cell // resolved, row by row
	back    shapes // backgrounds
	fore    shapes // what is drawn in place of text, and lines along text
	curves  strokes
	text    bytes.Buffer
	classes classes
}

// assemble puts the parts together, backmost first.
func (d *drawing) assemble() []byte {
	var b bytes.Buffer
	w := d.screen.Cols*cellW + 2*padding
	h := d.y0 + d.screen.Rows*cellH + padding
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img"`, w, h, w, h)
	fmt.Fprintf(&b, ` font-family="%s" font-size="%s">`+"\n", escape(fonts), fontSize)
	if d.opts.Title != "" {
		fmt.Fprintf(&b, "<title>%s</title>\n", escape(d.opts.Title))
	}
	d.classes.write(&b)
	d.frame(&b, w, h)
	fmt.Fprintf(&b, `<g transform="translate(%d %d)">`+"\n", padding, d.y0)
	d.back.write(&b, true)
	d.fore.write(&b, false)
	d.curves.write(&b)
	b.Write(d.text.Bytes())
	b.WriteString("</g>\n</svg>\n")
	return b.Bytes()
}

// frame draws what lies behind the cells.
func (d *drawing) frame(b *bytes.Buffer, w, h int) {
	border := d.pal.Background.mix(d.pal.Foreground, 20)
	fmt.Fprintf(b, `<rect x=".5" y=".5" width="%d" height="%d" rx="%d" fill="%s" stroke="%s"/>`+"\n",
		w-1, h-1, rounding, d.pal.Background, border)
	if !d.opts.Frame {
		return
	}
	for i, c := range [...]RGB{0xff5f57, 0xfebc2e, 0x28c840} {
		fmt.Fprintf(b, `<circle cx="%d" cy="%d" r="6" fill="%s"/>`, 20+20*i, barH/2-1, c)
	}
	if d.opts.Title != "" {
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle" font-size="14" fill="%s">%s</text>`,
			w/2, barH/2+4, d.pal.Background.mix(d.pal.Foreground, 65), escape(d.opts.Title))
	}
	b.WriteByte('\n')
}

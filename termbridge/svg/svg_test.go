package svg

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/exp/golden"

	"podium/termbridge/vt"
)

// screenOf is what a program's output leaves on a terminal.
func screenOf(cols, rows int, output string) Screen {
	t := vt.New(vt.Options{Cols: cols, Rows: rows, Width: vt.WidthGrapheme})
	_, _ = t.Write([]byte(strings.ReplaceAll(output, "\n", "\r\n")))
	return Capture(t)
}

// lines is one of each kind of drawn character, as they meet.
const lines = "╔═╦═╗ ╓─╥─╖ ╒═╤═╕ ┏━┳━┓ ╭─┬─╮ ┌┄┬┄┐\n" +
	"╠═╬═╣ ╟─╫─╢ ╞═╪═╡ ┣━╋━┫ ├─┼─┤ ├┈┼┈┤\n" +
	"╚═╩═╝ ╙─╨─╜ ╘═╧═╛ ┗━┻━┛ ╰─┴─╯ └╌┴╌┘\n" +
	"░▒▓█ ▁▂▃▄▅▆▇ ▏▎▍▌▋▊▉ ▐▔▕ ▖▗▘▙▚▛▜▝▞▟ ⣿⡇⠋ ╱╲╳ ╴╵╶╷╸╹╺╻╼╽╾╿"

// TestGolden: whole pictures. Write them anew with -update, and look at them.
func TestGolden(t *testing.T) {
	for _, c := range []struct {
		name       string
		cols, rows int
		in         string
		opts       Options
	}{
		{"plain", 20, 3, "hello, world\n  two  words", Options{Title: "plain"}},
		{"light-frame", 20, 2, "\x1b[32mgreen\x1b[m", Options{Palette: Light(), Frame: true, Title: "a <b> & \"c\""}},
		{"attributes", 40, 4, "\x1b[1mbold\x1b[m \x1b[2mfaint\x1b[m \x1b[3mitalic\x1b[m \x1b[7mreverse\x1b[m \x1b[8mhidden\x1b[m\n" +
			"\x1b[9mstrike\x1b[m \x1b[53mover\x1b[m \x1b[4msingle\x1b[m \x1b[4:2mdouble\x1b[m \x1b[4:3mcurly\x1b[m\n" +
			"\x1b[4:4mdotted\x1b[m \x1b[4:5mdashed\x1b[m \x1b[58:2::255:0:0;4mred line\x1b[m", Options{}},
		{"colours", 24, 3, "\x1b[31;44mbasic\x1b[m \x1b[38;5;208;48;5;17m256\x1b[m \x1b[38;2;1;2;3;48;2;250;251;252mrgb\x1b[m\n\x1b[41m  \x1b[m\n\x1b[41m  \x1b[m\x1b[H", Options{HideCursor: true}},
		{"characters", 30, 2, "漢字 e\u0301 👩\u200d💻x é\nа→b", Options{}},
		{"lines", 70, 4, lines, Options{HideCursor: true}},
		{"cursor-bar", 4, 1, "\x1b[6 qab", Options{}},
		{"cursor-underline", 4, 1, "\x1b[4 qab\b", Options{}},
		{"cursor-on-wide", 4, 1, "漢\b", Options{}},
		{"link", 30, 1, "\x1b]8;;https://example.org/?a=1&b=<2>\x07here\x1b]8;;\x07 and \x1b]8;;javascript:alert(1)\x07there\x1b]8;;\x07", Options{}},
		{"reverse-screen", 6, 1, "\x1b[?5hab\x1b[7mc", Options{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Render(screenOf(c.cols, c.rows, c.in), c.opts)
			wellFormed(t, got)
			if again := Render(screenOf(c.cols, c.rows, c.in), c.opts); !bytes.Equal(got, again) {
				t.Error("the same screen gave another picture")
			}
			golden.RequireEqual(t, got)
		})
	}
}

// allowed are the elements and attributes that a picture is made of. Nothing
// in it can run, and nothing but <a href> leads anywhere.
var allowed = map[string]string{
	"svg":    " xmlns width height viewBox role font-family font-size ",
	"title":  "",
	"style":  "",
	"rect":   " x y width height rx fill stroke ",
	"circle": " cx cy r fill ",
	"g":      " transform ",
	"path":   " fill shape-rendering d stroke stroke-width ",
	"text":   " class x y textLength lengthAdjust text-anchor font-size fill ",
	"a":      " href ",
}

// wellFormed reads a picture as XML, checks that it holds nothing but what
// pictures are made of, and returns its text.
func wellFormed(t testing.TB, picture []byte) (text string) {
	t.Helper()
	if !utf8.Valid(picture) {
		t.Fatal("the picture is not UTF-8")
	}
	dec := xml.NewDecoder(bytes.NewReader(picture))
	depth := map[string]int{}
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return text
		}
		if err != nil {
			t.Fatalf("the picture is no XML: %v\n%s", err, picture)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			attrs, ok := allowed[e.Name.Local]
			if !ok {
				t.Fatalf("the picture has an element <%s>", e.Name.Local)
			}
			depth[e.Name.Local]++
			for _, a := range e.Attr {
				if !strings.Contains(attrs, " "+a.Name.Local+" ") {
					t.Fatalf("<%s> has an attribute %s", e.Name.Local, a.Name.Local)
				}
				if a.Name.Local == "href" && !strings.HasPrefix(a.Value, "http://") && !strings.HasPrefix(a.Value, "https://") && !strings.HasPrefix(a.Value, "mailto:") {
					t.Fatalf("a link leads to %q", a.Value)
				}
			}
		case xml.EndElement:
			depth[e.Name.Local]--
		case xml.CharData:
			if depth["text"] > 0 {
				text += string(e)
			}
			if depth["style"] > 0 && strings.ContainsAny(string(e), "<>@\\(") {
				t.Fatalf("the style sheet holds %q", e)
			}
		case xml.ProcInst, xml.Directive, xml.Comment:
			t.Fatalf("the picture holds %v", tok)
		}
	}
}

// TestTextIsExact: what is on the screen is in the picture, each run where its
// cells are.
func TestTextIsExact(t *testing.T) {
	const in = "ab  <cd> \x1b[31me&f\x1b[m 漢x"
	got := string(Render(screenOf(24, 1, in), Options{HideCursor: true}))
	for x, want := range map[int]string{0: ">ab</text>", 4: ">&lt;cd&gt;</text>", 9: ">e&amp;f</text>", 15: ">x</text>"} {
		if !strings.Contains(got, fmt.Sprintf(`x="%d" y="15"`, x*cellW)) || !strings.Contains(got, want) {
			t.Errorf("column %d does not hold %s:\n%s", x, want, got)
		}
	}
	if text := wellFormed(t, []byte(got)); text != "ab<cd>e&f漢x" {
		t.Errorf("the text is %q", text)
	}
}

// TestConcealed: what a program hides is nowhere in the picture.
func TestConcealed(t *testing.T) {
	if got := Render(screenOf(20, 1, "\x1b[8msecret\x1b[m"), Options{}); bytes.Contains(got, []byte("secret")) || bytes.Contains(got, []byte(">s<")) {
		t.Errorf("it shows:\n%s", got)
	}
}

func TestLinks(t *testing.T) {
	for link, want := range map[string]string{
		"https://example.org/a?b=c&d": "https://example.org/a?b=c&d",
		"http://h":                    "http://h",
		"mailto:a@b.c":                "mailto:a@b.c",
		"HTTPS://example.org":         "https://example.org",
		"javascript:alert(1)":         "",
		"data:text/html,x":            "",
		"file:///etc/passwd":          "",
		"//example.org":               "",
		"http:":                       "",
		"https://%zz":                 "",
		"":                            "",
	} {
		if got := safeLink(link); got != want {
			t.Errorf("%q may be followed as %q, want %q", link, got, want)
		}
	}
}

// TestSize: a full screen of text in one look is one element a row, and large
// areas are few shapes.
func TestSize(t *testing.T) {
	row := strings.Repeat("word ", 40)[:199]
	in := "\x1b[44m" + strings.TrimSuffix(strings.Repeat(row+" \n", 50), "\n")
	got := Render(screenOf(200, 50, in), Options{HideCursor: true})
	if n := bytes.Count(got, []byte("<text")); n != 50 {
		t.Errorf("%d text elements for 50 rows", n)
	}
	if n := bytes.Count(got, []byte("<path")); n != 1 {
		t.Errorf("%d shapes for one background", n)
	}
	if len(got) > 20<<10 {
		t.Errorf("%d bytes for 50 rows of plain text", len(got))
	}
}

// TestBoxesMeet: each arm reaches the edge of its cell and no other does.
func TestBoxesMeet(t *testing.T) {
	if len(boxes) != 4*128 {
		t.Fatalf("the table of boxes holds %d characters", len(boxes)/4)
	}
	for r := rune(0x2500); r <= 0x257f; r++ {
		if r >= 0x256d && r <= 0x2573 || dashes(r) > 1 {
			continue
		}
		d := &drawing{}
		d.box(1, r, 0, 0)
		var reaches [4]bool
		for _, a := range d.fore.of[1].all {
			reaches[up] = reaches[up] || a.y == 0
			reaches[left] = reaches[left] || a.x == 0
			reaches[down] = reaches[down] || a.y+a.h == cellH*unit
			reaches[right] = reaches[right] || a.x+a.w == cellW*unit
		}
		for dir, got := range reaches {
			if want := boxes[4*(r-0x2500)+rune(dir)] != armNone; got != want {
				t.Errorf("%c: the arm in direction %d is drawn: %v, want %v", r, dir, got, want)
			}
		}
	}
}

func TestMissingCells(t *testing.T) {
	wellFormed(t, Render(Screen{}, Options{}))
	wellFormed(t, Render(Screen{Cols: 3, Rows: 2, Cells: []vt.Cell{{Content: "x", Width: 9}}, Cursor: vt.Cursor{X: 99, Y: -1, Visible: true}}, Options{}))
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWrite(t *testing.T) {
	var b bytes.Buffer
	s := screenOf(5, 1, "x")
	if err := Write(&b, s, Options{}); err != nil || !bytes.Equal(b.Bytes(), Render(s, Options{})) {
		t.Errorf("wrote %d bytes, %v", b.Len(), err)
	}
	if err := Write(broken{}, s, Options{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the error is %v", err)
	}
}

// FuzzRender: whatever a program writes, and whatever a cell, a link or a
// title holds, the picture is well-formed and made of nothing but shapes, text
// and links to the web.
func FuzzRender(f *testing.F) {
	f.Add("\x1b]8;;https://a/\"><script>\x07x\x1b[1;4:3mab\x1b[7m漢", "</title>", "]]>&#x1;\x00\ufffe", "mailto:\"'<>")
	f.Add(lines, "", "\u202e", "javascript:x")
	f.Fuzz(func(t *testing.T, output, title, content, link string) {
		s := screenOf(20, 4, output)
		s.Cells[3] = vt.Cell{Content: content, Width: 1, Link: link}
		wellFormed(t, Render(s, Options{Title: title, Frame: true}))
	})
}

func BenchmarkRender(b *testing.B) {
	var in strings.Builder
	for i := range 50 {
		in.WriteString("\x1b[3" + strconv.Itoa(i%8) + "m" + strings.Repeat("word │ ", 28) + "\n")
	}
	s := screenOf(200, 50, strings.TrimSuffix(in.String(), "\n"))
	b.ReportAllocs()
	for b.Loop() {
		Render(s, Options{})
	}
}

package vt_test

import (
	"fmt"
	"strings"

	"podium/termbridge/vt"
)

// A program's output goes in, the screen comes out.
func Example() {
	t := vt.New(vt.Options{Cols: 20, Rows: 3})
	fmt.Fprint(t, "\x1b[1mhello\x1b[m\r\n\x1b[3;5Hworld")
	fmt.Println(t.Text())
	// Output:
	// hello
	//
	//     world
}

// A frame is kept up to date: rows that did not change keep their strings.
func ExampleTerminal_Snapshot() {
	t := vt.New(vt.Options{Cols: 10, Rows: 2})
	fmt.Fprint(t, "\x1b[31mred\x1b[m\r\n")
	var f vt.Frame
	fmt.Println(t.Snapshot(&f), t.Snapshot(&f))
	fmt.Printf("%q\n", strings.Join(f.Lines, "\n"))
	// Output:
	// true false
	// "\x1b[0;31mred\x1b[m       \n          "
}

// What a program asks is answered on its input, when the owner gets to it.
func ExampleTerminal_TakeReplies() {
	t := vt.New(vt.Options{Cols: 10, Rows: 2})
	fmt.Fprint(t, "ab\x1b[6n")
	fmt.Printf("%q\n", t.TakeReplies(nil))
	// Output:
	// "\x1b[1;3R"
}

// Lines that left the screen can be read, searched and copied.
func ExampleTerminal_Line() {
	t := vt.New(vt.Options{Cols: 10, Rows: 2, ScrollbackBytes: 1 << 20})
	fmt.Fprint(t, "one\r\ntwo\r\nthree\r\nfour")
	for i := range t.LineCount() {
		fmt.Println(i, t.Line(i).Text)
	}
	// Output:
	// 0 one
	// 1 two
	// 2 three
	// 3 four
}

// Titles, bells, marks of prompts and clipboard texts are events.
func ExampleTerminal_TakeEvents() {
	t := vt.New(vt.Options{Cols: 10, Rows: 2, AllowClipboard: true})
	fmt.Fprint(t, "\x1b]0;make\x07\a\x1b]52;c;aGVsbG8=\x07")
	for _, e := range t.TakeEvents() {
		switch e.Kind {
		case vt.EventTitle:
			fmt.Println("title", e.Text)
		case vt.EventBell:
			fmt.Println("bell")
		case vt.EventClipboard:
			fmt.Printf("copy %q\n", e.Data)
		}
	}
	// Output:
	// title make
	// bell
	// copy "hello"
}

// Wrapped lines are joined and wrapped again when the width changes.
func ExampleTerminal_Resize() {
	t := vt.New(vt.Options{Cols: 6, Rows: 3})
	fmt.Fprint(t, "a long line")
	t.Resize(20, 3)
	fmt.Println(strings.TrimSpace(t.Text()))
	// Output:
	// a long line
}

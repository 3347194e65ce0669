package themes

import (
	"strings"
	"testing"
	"testing/fstest"
)

// folder is a folder of theme files.
func folder(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func TestAThemeOfAFile(t *testing.T) {
	set, problems := Load(folder(map[string]string{
		"mine.yaml": `
description: of my own
inherit: midnight
colors: {ok: "#0f0", own: bright-magenta}
roles:
  error: {fg: own, bold: true}
  selected: {bg: "#101010", bold: false}
  muted: {fg: default}
  problem-error: {line: "#123456"}
`,
		"child.yml":   "inherit: mine\nroles: {ok: {italic: true}}",
		"other.yaml":  "inherit: contrast\nroles: {ok: {fg: \"#abcdef\"}}",
		"lights.yaml": "inherit: dark\nbackground: light",
		"dark.yaml":   "inherit: dark\ncolors: {ok: white}",
		"empty.yaml":  "# nothing but a comment",
		"notes.txt":   "not a theme",
	}), "~/themes")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	mine, _ := set.Find("mine", true)
	base := Builtin().find("midnight", true)
	for _, c := range []struct{ what, got, want string }{
		{"a colour of the palette changes every role that has it", mine.Open(OK), "\x1b[38;2;0;255;0m"},
		{"also", mine.Open(SyntaxString), "\x1b[38;2;0;255;0m"},
		{"a colour of its own", mine.Open(Error), "\x1b[1;95m"},
		{"one part of a look", mine.Open(Selected), "\x1b[38;2;230;233;245;48;2;16;16;16m"},
		{"the terminal's own colour", mine.Open(Muted), ""},
		{"an underline's colour", mine.Open(ProblemError), "\x1b[4:3;38;2;255;154;87;58:2::18:52:86m"},
		{"what is not said", mine.Open(Warning), base.Open(Warning)},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.what, c.got, c.want)
		}
	}
	if child, _ := set.Find("child", true); child.Open(OK) != "\x1b[3;38;2;0;255;0m" || child.Open(Error) != mine.Open(Error) {
		t.Errorf("a child has %q and %q", child.Open(OK), child.Open(Error))
	}
	for _, dark := range []bool{true, false} {
		other, _ := set.Find("other", dark)
		if other.Dark() != dark || other.Open(OK) != "\x1b[38;2;171;205;239m" || other.Open(Error) != Builtin().find("contrast", dark).Open(Error) {
			t.Errorf("a theme for both backgrounds gives %q (dark: %t)", other.Open(OK), other.Dark())
		}
	}
	if lights, _ := set.Find("lights", true); lights.Dark() || lights.Open(OK) != "\x1b[37m" {
		t.Error("the background is not taken from the file")
	}
	if own, _ := set.Find("dark", true); own.Open(OK) != "\x1b[37m" || own.Open(Error) != Dark().Open(Error) {
		t.Errorf("a file in place of a built-in theme gives %q", own.Open(OK))
	}
	if empty, ok := set.Find("empty", true); !ok || empty.Open(OK) != "\x1b[37m" {
		t.Error("an empty file is not dark under another name")
	}
	infos := map[string]Info{}
	for _, i := range set.List() {
		infos[i.Name] = i
	}
	if i := infos["mine"]; i.File != "~/themes/mine.yaml" || i.Doc != "of my own" || !i.Dark || i.Light || len(infos) != 6+5 {
		t.Errorf("%+v", infos)
	}
}

func TestWhatIsWrongWithAThemeIsSaidWithItsPlace(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"key":           {"role: {}", "t/a.yaml:1:1: there is no \"role\" in a theme; did you mean roles?"},
		"role":          {"roles:\n  warnin: {}", "2:3: there is no \"warnin\" in roles; did you mean warning?"},
		"part":          {"roles:\n  ok: {color: red}", "2:8: there is no \"color\" in a role"},
		"colour":        {"colors: {ok: \"#12345\"}", "1:14: ok must be a colour"},
		"sign":          {"colors: {ok: \"#12345g\"}", "ok must be a colour"},
		"name":          {"roles: {ok: {fg: acent}}", "1:18: there is no colour \"acent\"; did you mean accent?"},
		"attribute":     {"roles: {ok: {bold: 1}}", "bold must be true or false"},
		"background":    {"background: blue", "background must be dark, light or any, not \"blue\""},
		"inherit":       {"inherit: drak", "1:10: there is no theme \"drak\" to inherit from; did you mean dark?"},
		"inherit far":   {"inherit: zzzzz", "there are dark, midnight"},
		"itself":        {"inherit: b", "b inherits from itself, by way of a"},
		"broken parent": {"inherit: c", "the theme c, which it inherits from, has mistakes of its own"},
		"description":   {"description: \"a\\e[2J\"", "without control characters"},
		"syntax":        {"roles: {", "a.yaml:1: did not find"},
	} {
		t.Run(name, func(t *testing.T) {
			set, problems := Load(folder(map[string]string{"a.yaml": c.text, "b.yaml": "inherit: a", "c.yaml": "x: 1", "d.yaml": "inherit: light"}), "t")
			if !strings.Contains(problems.Error(), c.want) {
				t.Errorf("the complaints are\n%v\nand lack %s", problems, c.want)
			}
			if _, ok := set.Find("a", true); ok {
				t.Error("it is a theme all the same")
			}
			if _, ok := set.Find("d", true); !ok {
				t.Error("a good file beside it is none")
			}
		})
	}
}

func TestABuiltinThemeAsAFileIsThatTheme(t *testing.T) {
	for _, th := range every() {
		var b strings.Builder
		if ok, err := Builtin().WriteFile(&b, th.Name(), th.Dark()); !ok || err != nil {
			t.Fatal(ok, err)
		}
		set, problems := Load(folder(map[string]string{"copy.yaml": b.String()}), "t")
		if len(problems) > 0 {
			t.Fatalf("%v in\n%s", problems, b.String())
		}
		copied, _ := set.Find("copy", th.Dark())
		if copied.data.styles != th.data.styles {
			t.Errorf("%s (dark: %t) as a file is another theme:\n%s", th.Name(), th.Dark(), b.String())
		}
		var c strings.Builder // and the copy again, which inherits from dark
		if ok, err := set.WriteFile(&c, "copy", th.Dark()); !ok || err != nil {
			t.Fatal(ok, err)
		}
		set, problems = Load(folder(map[string]string{"again.yaml": c.String()}), "t")
		if again, _ := set.Find("again", th.Dark()); len(problems) > 0 || again.data.styles != th.data.styles {
			t.Errorf("%s (dark: %t) as a file of a file is another theme (%v):\n%s", th.Name(), th.Dark(), problems, c.String())
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("inherit: a\nbackground: any\ncolors: {ok: '#fff'}\nroles: {ok: {fg: ok, bold: true}}")
	f.Add("inherit: contrast\ndescription: x")
	f.Fuzz(func(t *testing.T, text string) {
		set, problems := Load(folder(map[string]string{"a.yaml": text}), "t")
		if th, ok := set.Find("a", true); ok == (len(problems) > 0) || ok && th.Name() != "a" {
			t.Errorf("a theme: %t, with %v", ok, problems)
		}
	})
}

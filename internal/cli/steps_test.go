package cli

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"podium/termbridge/keys"
	"podium/termbridge/vt"
)

func TestParseKeys(t *testing.T) {
	for _, c := range []struct{ in, want string }{ // want is what an xterm sends
		{"j", "j"},
		{"a B ß", "aBß"},
		{"enter esc tab space backspace", "\r\x1b\t \x7f"},
		{"up down left right", "\x1b[A\x1b[B\x1b[D\x1b[C"},
		{"home end pgup pgdown insert delete", "\x1b[H\x1b[F\x1b[5~\x1b[6~\x1b[2~\x1b[3~"},
		{"f1 f12", "\x1bOP\x1b[24~"},
		{"ctrl-d ctrl+d", "\x04\x04"},
		{"ctrl-g d", "\x07d"},
		{"alt-x alt-enter", "\x1bx\x1b\r"},
		{"shift-tab ctrl-shift-up shift-a", "\x1b[Z\x1b[1;6AA"},
		{"- + ctrl-- alt-+", "-+-\x1b+"},
		{"/ : ?", "/:?"},
	} {
		got, err := parseKeys(c.in)
		var sent []byte
		for _, k := range got {
			sent = keys.Encode(sent, k, vt.Modes{})
		}
		if err != nil || string(sent) != c.want {
			t.Errorf("%q sends %q (%v), want %q", c.in, sent, err, c.want)
		}
	}
	for _, in := range []string{"entr", "ctrl-", "hyper-x", "jj", "f13", "ctrl-alt", "\x01"} {
		if got, err := parseKeys(in); err == nil || !strings.Contains(err.Error(), "enter, esc or f1") {
			t.Errorf("%q is taken as %v, %v", in, got, err)
		}
	}
}

func TestTyped(t *testing.T) {
	var sent []byte
	for _, k := range typed(`Hé "x"` + `\n` + "\ty\x07") {
		sent = keys.Encode(sent, k, vt.Modes{})
	}
	if want := "Hé \"x\"\r\ty"; string(sent) != want {
		t.Errorf("it types %q, want %q", sent, want)
	}
}

// TestStepsKeepTheirOrder: flags of different names are one script.
func TestStepsKeepTheirOrder(t *testing.T) {
	var steps []step
	cmd := &cobra.Command{Use: "x", RunE: func(*cobra.Command, []string) error { return nil }}
	for _, kind := range []stepKind{stepWait, stepGone, stepType, stepKeys} {
		cmd.Flags().Var(&stepFlag{&steps, kind}, string(kind), stepHelp[kind])
	}
	cmd.SetArgs([]string{"--wait", "a b", "--keys", "n", "--type=x", "--gone", "c", "--keys", "enter esc", "--wait", "d"})
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range steps {
		got = append(got, string(s.kind)+" "+s.text)
	}
	if want := []string{"wait a b", "keys n", "type x", "gone c", "keys enter esc", "wait d"}; !slices.Equal(got, want) {
		t.Errorf("the steps are %q, want %q", got, want)
	}
	if n := len(steps[4].keys); n != 2 {
		t.Errorf("%d keys of two", n)
	}
	for _, args := range [][]string{{"--keys", "nokey"}, {"--wait", ""}} {
		cmd.SetArgs(args)
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		if err := cmd.Execute(); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
}

func TestInnerEnv(t *testing.T) {
	got := innerEnv([]string{"HOME=/h", "TERM=dumb", "TMUX=/tmp/x,1,2", "NO_COLOR=1", "PATH=/bin", "TERMINFO=/t"})
	want := []string{"TERM=xterm-256color", "COLORTERM=truecolor", "HOME=/h", "PATH=/bin", "TERMINFO=/t"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the environment is %q, want %q", got, want)
	}
}

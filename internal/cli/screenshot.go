package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"podium/termbridge"
	"podium/termbridge/svg"
	"podium/termbridge/vt"
)

// screenshot is one run of the command of that name.
type screenshot struct {
	cols, rows int
	theme      string
	out        string
	title      string
	frame      bool
	cursor     bool
	timeout    time.Duration
	steps      []step
}

const screenshotLong = `screenshot runs podium in a terminal of its own, uses it as it is told, and writes what is on the screen then
as a picture (SVG). What comes after -- goes to the podium that is run.

--keys, --type, --wait and --gone may be given any number of times and are done in the order given:

  --wait TEXT   wait until TEXT is on the screen
  --gone TEXT   wait until TEXT is not on the screen
  --type TEXT   type TEXT as it is; \n presses enter
  --keys KEYS   press keys, separated by blanks: a character as itself, or one of
                enter esc tab space backspace up down left right home end pgup pgdown
                insert delete f1 to f12, with ctrl- alt- shift- in front of either`

func newScreenshot(f *flags) *cobra.Command {
	var s screenshot
	cmd := &cobra.Command{
		Use:   "screenshot [flags] [-- flags of the dashboard]",
		Short: "Write a picture of the dashboard",
		Long:  screenshotLong,
		Example: `podium screenshot --wait counter --out list.svg
podium screenshot --theme light --wait counter --keys "j enter" --wait Events --out pod.svg -- --engine fake`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.stateDir != "" {
				args = append([]string{"--state-dir", f.stateDir}, args...)
			}
			return s.run(cmd.Context(), cmd.OutOrStdout(), args)
		},
	}
	p := cmd.Flags()
	p.IntVar(&s.cols, "cols", 100, "columns of the terminal")
	p.IntVar(&s.rows, "rows", 30, "rows of the terminal")
	p.StringVar(&s.theme, "theme", "dark", "colours of the terminal: dark or light")
	p.StringVarP(&s.out, "out", "o", "-", "file to write; - is standard output")
	p.StringVar(&s.title, "title", "podium", "title of the picture")
	p.BoolVar(&s.frame, "frame", false, "draw a window around it")
	p.BoolVar(&s.cursor, "cursor", true, "draw the cursor")
	p.DurationVar(&s.timeout, "timeout", 20*time.Second, "how long to wait for each text")
	for _, kind := range []stepKind{stepWait, stepGone, stepType, stepKeys} {
		p.Var(&stepFlag{&s.steps, kind}, string(kind), stepHelp[kind])
	}
	return cmd
}

// run takes the picture of the podium that is run with args.
func (s *screenshot) run(ctx context.Context, stdout io.Writer, args []string) error {
	palette := svg.Dark()
	switch s.theme {
	case "dark":
	case "light":
		palette = svg.Light()
	default:
		return fmt.Errorf("there is no theme %q for a picture: it is dark or light", s.theme)
	}
	if s.cols < 1 || s.cols > vt.MaxCols || s.rows < 1 || s.rows > vt.MaxRows {
		return fmt.Errorf("a terminal of %dx%d cannot be had: it takes 1x1 to %dx%d", s.cols, s.rows, vt.MaxCols, vt.MaxRows)
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find podium's own program: %w", err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = innerEnv(os.Environ())
	color := func(c svg.RGB) vt.Color { return vt.RGBColor(c.Parts()) }
	bridge, err := termbridge.New(termbridge.Options{
		Cols: s.cols, Rows: s.rows, Command: cmd,
		Terminal: vt.Options{
			Width: vt.WidthGrapheme, Name: "podium(" + version + ")",
			Foreground: color(palette.Foreground), Background: color(palette.Background), Cursor: color(palette.Cursor),
		},
	})
	if err != nil {
		return fmt.Errorf("run podium in a terminal: %w", err)
	}
	defer bridge.Close()
	play := &player{bridge: bridge, timeout: s.timeout}
	for _, st := range s.steps {
		if err := play.do(ctx, st); err != nil {
			return err
		}
	}
	if err := play.settle(ctx); err != nil {
		return err
	}
	var picture []byte
	bridge.View(func(t *vt.Terminal) {
		picture = svg.Render(svg.Capture(t), svg.Options{
			Palette: palette, Frame: s.frame, Title: s.title, HideCursor: !s.cursor,
		})
	})
	if s.out == "-" {
		_, err = stdout.Write(picture)
	} else {
		err = os.WriteFile(s.out, picture, 0o644)
	}
	if err != nil {
		return fmt.Errorf("write the picture: %w", err)
	}
	return nil
}

// outerTerminal are the variables by which programs know the terminal around
// them, which is not podium's own.
var outerTerminal = []string{
	"TERM", "COLORTERM", "COLORFGBG", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "LINES", "COLUMNS",
	"TMUX", "TMUX_PANE", "STY", "ZELLIJ", "ZELLIJ_SESSION_NAME", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "VTE_VERSION",
	"KITTY_WINDOW_ID", "WT_SESSION", "WEZTERM_PANE", "ALACRITTY_WINDOW_ID", "SSH_TTY", "SSH_CONNECTION", "SSH_CLIENT",
}

// innerEnv is environ for a program in a terminal of podium's own.
func innerEnv(environ []string) []string {
	out := []string{"TERM=xterm-256color", "COLORTERM=truecolor"}
	for _, kv := range environ {
		if name, _, _ := strings.Cut(kv, "="); !slices.Contains(outerTerminal, name) {
			out = append(out, kv)
		}
	}
	return out
}

// player does the steps on a running program.
type player struct {
	bridge  *termbridge.Bridge
	timeout time.Duration
}

func (p *player) do(ctx context.Context, s step) error {
	switch s.kind {
	case stepWait:
		return p.until(ctx, fmt.Sprintf("%q to be on the screen", s.text), func(screen string) bool {
			return strings.Contains(screen, s.text)
		})
	case stepGone:
		return p.until(ctx, fmt.Sprintf("%q to leave the screen", s.text), func(screen string) bool {
			return !strings.Contains(screen, s.text)
		})
	}
	for _, k := range s.keys {
		if err := p.bridge.Key(k); err != nil {
			return fmt.Errorf("press %s: %w; the screen was:\n%s", s.text, err, p.screen())
		}
	}
	return nil
}

// A picture is of a screen that has come to rest: what was waited for may be
// there in a frame that is half written, or before the theme has followed the
// terminal's background. A screen that never rests is taken as it is.
const (
	restFor   = 200 * time.Millisecond
	restAfter = 3 * time.Second
)

// settle waits until the screen has not changed for restFor, for restAfter at
// most.
func (p *player) settle(ctx context.Context) error {
	limit := time.NewTimer(restAfter)
	defer limit.Stop()
	for {
		quiet := time.NewTimer(restFor)
		select {
		case <-p.bridge.Changed():
			quiet.Stop()
		case <-quiet.C:
			return nil
		case <-p.bridge.Done():
			quiet.Stop()
			return nil
		case <-limit.C:
			quiet.Stop()
			return nil
		case <-ctx.Done():
			quiet.Stop()
			return errors.Join(context.Cause(ctx), errors.New("no picture was taken"))
		}
	}
}

func (p *player) screen() string {
	var text string
	p.bridge.View(func(t *vt.Terminal) { text = t.Text() })
	return strings.TrimRight(text, "\n")
}

// until waits for ok to hold of a complete screen.
func (p *player) until(ctx context.Context, what string, ok func(screen string) bool) error {
	deadline := time.NewTimer(p.timeout)
	defer deadline.Stop()
	for ended := false; ; {
		var holds bool
		p.bridge.View(func(t *vt.Terminal) { holds = !t.SyncHeld() && ok(t.Text()) })
		if holds {
			return nil
		}
		if ended {
			code, _ := p.bridge.ExitCode()
			return fmt.Errorf("podium ended (status %d) while waiting for %s; the screen was:\n%s", code, what, p.screen())
		}
		select {
		case <-p.bridge.Changed():
		case <-p.bridge.Done():
			ended = true
		case <-deadline.C:
			return fmt.Errorf("waited %s in vain for %s; the screen was:\n%s", p.timeout, what, p.screen())
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), errors.New("no picture was taken"))
		}
	}
}

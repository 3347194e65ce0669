package pods

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"podium/api"
	"podium/models/modelstest"
)

func entries(rows ...api.PodRow) []*entry {
	var out []*entry
	for _, r := range rows {
		e := &entry{known: &known{row: r}, key: r.Key()}
		e.low = strings.ToLower(e.text())
		out = append(out, e)
	}
	return out
}

func TestFilter(t *testing.T) {
	now := modelstest.Noon()
	rows := sample()
	rows[1].Labels, rows[1].Owner = "app=api", "ReplicaSet/api"
	rows[2].Labels = "app=a,app.kubernetes.io/name=db,empty="
	rows[3].Created = now.Add(-30 * time.Minute)
	all := entries(rows...)
	tests := []struct{ filter, want string }{
		{"", "web-1 api-1 db-1 job-1"},
		{"web", "web-1"},
		{"WEB", ""}, // capitals mind the case
		{"Running", "web-1"},
		{"running", "web-1"},
		{"^(web|db)", "web-1 db-1"},
		{"web(", ""}, // literal, and in no name
		{`^\S\Db-1$`, "web-1 job-1"},
		{`^\SB`, ""},
		{"!web", "api-1 db-1 job-1"},
		{"!web !api", "db-1 job-1"},
		{"-1 !^j", "web-1 api-1 db-1"},
		{"-f wb1", "web-1"},
		{"-f w b 1", "web-1"},
		{"status=crash*", "api-1"},
		{"status=Crash*", "api-1"},
		{"status=CRASH*", ""},
		{"status!=running", "api-1 db-1 job-1"},
		{"status~^(crash|pend)", "api-1 db-1"},
		{"restarts>=5", "api-1"},
		{"restarts<5", "web-1 db-1 job-1"},
		{"age<45m", "job-1"},
		{"age>=1h", "web-1 api-1 db-1"},
		{"age<1d12h", "web-1 api-1 db-1 job-1"},
		{"image~nginx", "web-1 api-1 db-1 job-1"},
		{"image=nginx", ""},
		{"image=nginx:?.25", "web-1 api-1 db-1 job-1"},
		{"node=node-1 status=pending", "db-1"},
		{"ready=no", "api-1 db-1 job-1"},
		{"ready!=no", "web-1"},
		{"ready=0/1", "api-1 db-1 job-1"},
		{"healthy=no", "api-1 db-1"},
		{"healthy!=no", "web-1 job-1"},
		{"healthy=yes", "web-1 job-1"},
		{"label~app=api", "api-1"},
		{"owner=replicaset/*", "api-1"},
		{"-l app=api", "api-1"},
		{"-l app!=api", "web-1 db-1 job-1"},
		{"-l app", "api-1 db-1"},
		{"-l !app", "web-1 job-1"},
		{"-l app.kubernetes.io/name=db,empty=", "db-1"},
		{"-l ", "web-1 api-1 db-1 job-1"},
		{"db -l app in (a, b),!c", "db-1"},
	}
	for _, tt := range tests {
		f, err := parseFilter(tt.filter, "")
		if err != nil {
			t.Errorf("%q: %v", tt.filter, err)
			continue
		}
		var got []string
		for _, e := range all {
			if f.match(e.known, now) {
				got = append(got, e.row.Name)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%q leaves %v, want %s", tt.filter, got, tt.want)
		}
	}
}

// What the server has chosen is not chosen again here: it may know better.
func TestASelectorThatTheServerAnsweredIsBelieved(t *testing.T) {
	f, err := parseFilter("web -l app=web", "app=web")
	if err != nil || f.selector != "app=web" {
		t.Fatalf("%+v, %v", f, err)
	}
	if e := entries(sample()...)[0]; !f.match(e.known, modelstest.Noon()) {
		t.Error("a pod of the server's choice is held back")
	}
}

func TestBadFiltersSayWhere(t *testing.T) {
	for filter, want := range map[string]string{
		"web restarts>=x db": "restarts>=x",
		"  age<":             "age<",
		"web -l a in (":      "-l a in (",
	} {
		_, err := parseFilter(filter, "")
		var bad *filterError
		if !errors.As(err, &bad) || filter[bad.from:bad.to] != want {
			t.Errorf("%q: %+v, want %q", filter, bad, want)
		}
	}
}

func TestPlacesOfAFilter(t *testing.T) {
	for before, want := range map[string][2]string{
		"":                       {placeWord, ""},
		"we":                     {placeWord, "we"},
		"web !st":                {placeWord, "st"},
		"status=cr":              {"field:status", "cr"},
		"web node!=":             {"field:node", ""},
		"-l ":                    {placeKey, ""},
		"web -l ap":              {placeKey, "ap"},
		"-l a=b,!x":              {placeKey, "x"},
		"-l app=":                {"label:app", ""},
		"-l app==we":             {"label:app", "we"},
		"-l a=b, app != we":      {"label:app", "we"},
		"-l app i":               {placeIn, "i"},
		"-l app in (a, b":        {"label:app", "b"},
		"-l app in (a,b),tier=f": {"label:tier", "f"},
		"-f -l x":                {placeWord, "x"},
	} {
		if place, prefix, _ := placeOf(before); place != want[0] || prefix != want[1] {
			t.Errorf("%q: %q %q, want %q", before, place, prefix, want)
		}
	}
}

func TestBadFiltersSayWhatIsWrong(t *testing.T) {
	for filter, want := range map[string]string{
		"restarts>=":              "restarts>= needs a value",
		"restarts>=many":          `needs a number, not "many"`,
		"restarts~5":              "it takes =, !=",
		"age<2x":                  "write such as 90s",
		"age<":                    "age< needs a value",
		"ready=maybe":             "ready=yes, ready=no",
		"ready>1":                 "takes = or !=",
		"healthy=1":               "healthy=yes or",
		"healthy>no":              "healthy=yes or",
		"status<x":                "status is text",
		"status~(":                "is no regular expression",
		"app=web":                 "for a label write -l app=web",
		"-l app in (":             "is not valid",
		strings.Repeat("x", 2000): "at most 1024",
	} {
		_, err := parseFilter(filter, "")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q in it", filter, err, want)
		}
	}
}

func FuzzFilter(f *testing.F) {
	for _, s := range []string{"web !db -f x", "-l a in (b)", "age<1d restarts>=5 image~(", "status=*?*", `\`, "(?i)x|", "a{1000}{1000}"} {
		f.Add(s, "web-1\x1b[31m")
	}
	f.Add("-f \xbd", "\xff")
	now := modelstest.Noon()
	f.Fuzz(func(t *testing.T, text, name string) {
		flt, err := parseFilter(text, "")
		if err != nil {
			return
		}
		e := entries(row(name, "Running"))[0]
		flt.match(e.known, now)
		for _, s := range flt.spans(colName, true, name) {
			if s.Start < 0 || s.End > len(name) || s.Start >= s.End {
				t.Fatalf("span %v in %q", s, name)
			}
		}
	})
}

// Literal words are highlighted where their expressions are found.
func TestSpansOfLiteralWords(t *testing.T) {
	for _, text := range []string{"web", "b-", "e web", "we web 1", "Web w", "web-1 -1 x(", "1", "aa", "é"} {
		f, err := parseFilter(text, "")
		if err != nil || !f.plain {
			t.Fatalf("%q: plain %v, %v", text, f.plain, err)
		}
		slow := *f
		slow.plain = false
		for _, name := range []string{"web-1", "Web-web-WEB-11111111111", "aaaaa", "x(", "", "épée-web"} {
			if got, want := f.spans(colName, true, name), slow.spans(colName, true, name); !slices.Equal(got, want) {
				t.Errorf("%q in %q: %v, want %v", text, name, got, want)
			}
		}
	}
}

// Every filter of the documentation is one.
func TestTheFiltersOfTheDocumentation(t *testing.T) {
	text, err := os.ReadFile("../../docs/list.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "| typed | passes |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	n := 0
	for line := range strings.Lines(table) {
		first, _, _ := strings.Cut(strings.TrimPrefix(line, "|"), "|")
		for i, filter := range strings.Split(first, "`") {
			if i%2 == 0 {
				continue
			}
			n++
			if f, err := parseFilter(filter, ""); err != nil || f.empty() {
				t.Errorf("%q is no filter: %v", filter, err)
			}
		}
	}
	if n < 12 {
		t.Errorf("only %d filters were found", n)
	}
}

package pods

import (
	"errors"
	"fmt"
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

// The order kept up to date by a few changes is the order made anew.
func TestArrangeOfAFewIsArrangeOfAll(t *testing.T) {
	now := modelstest.Noon()
	a, b := newRows(), newRows()
	flt, err := parseFilter("!gone", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*rows{a, b} {
		s.setFilter(flt)
		s.setSort(orderingBy(colStatus, true))
	}
	version := 0
	for step := range 400 {
		for _, s := range []*rows{a, b} {
			version++
			n := (step*7919 + step/3) % 97
			switch step % 5 {
			case 4:
				s.remove("uid-" + fmt.Sprint("p", n))
			default:
				r := row(fmt.Sprint("p", n), []string{"Running", "Pending", "CrashLoopBackOff", "gone"}[(step+n)%4])
				r.ResourceVersion = fmt.Sprint(version)
				s.put(r, now, false)
			}
		}
		b.resort = true
		b.sifted, b.arranged = b.sifts+1, -1 // nothing is known
		b.sifts++
		a.arrange(now)
		b.arrange(now)
		if got, want := keysOf(a), keysOf(b); !slices.Equal(got, want) {
			t.Fatalf("after step %d the order is\n%v, want\n%v", step, got, want)
		}
	}
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

// What is shown while a filter is typed, letter by letter and with corrections,
// is what it shows when put in force at once.
func TestTypingAFilterIsSettingIt(t *testing.T) {
	now := modelstest.Noon()
	pods := []string{"web-1", "web-2", "api-1", "Web-3", "job-a.b", "web(x", "agile-running"}
	typings := [][]string{
		{"w", "we", "web", "web-", "web-1", "web-", "web-2", ""},
		{"W", "We", "we", "web w", "web", "web ", "web !", "web !2", "web !"},
		{"(", "(w", "(w|", "(w|a", "(w|a)", "(w|a)p", "(w|a"},
		{"a", "ag", "age", "age<", "age<2h", "age", "agi", "a.", "a.b", "a"},
		{"-", "-f", "-f w1", "-", "-1", "x", "web(x", "web(x)", "web("},
		{"e", "er", "ERR", "r", "ru", "run", "runN", "running", "running agile"},
	}
	for _, typing := range typings {
		typed := newRows()
		for i, name := range pods {
			typed.put(row(name, []string{"Running", "Pending"}[i%2]), now, false)
		}
		for step, text := range typing {
			flt, err := parseFilter(text, "")
			if err != nil {
				continue
			}
			if flt.empty() {
				flt = nil
			}
			typed.setFilter(flt)
			if step%3 != 2 { // now and then two changes at once
				typed.arrange(now)
				var want []string
				for _, e := range typed.sorted {
					if flt.match(e.known, now) {
						want = append(want, e.key)
					}
				}
				if got := keysOf(typed); !slices.Equal(got, want) {
					t.Errorf("after typing %q, %q shows %v, want %v", typing[:step], text, got, want)
				}
			}
		}
	}
}

// A filter that is sifted beside the loop shows what it shows when put in force
// at once, whatever changes meanwhile.
func TestSiftingBesideTheLoop(t *testing.T) {
	now := modelstest.Noon()
	s := newRows()
	version := 0
	put := func(name, status string) {
		version++
		r := row(name, status)
		r.ResourceVersion = fmt.Sprint(version)
		s.put(r, now, false)
	}
	for i := range 60 {
		put(fmt.Sprint("p", i), []string{"Running", "Pending", "CrashLoopBackOff"}[i%3])
	}
	s.arrange(now)
	for step, text := range []string{"p", "p1", "status=running", "p.$ !p3", "", "pend", "pending", "p5"} {
		flt, err := parseFilter(text, "")
		if err != nil {
			t.Fatal(err)
		}
		if flt.empty() {
			flt = nil
			s.setFilter(nil)
			s.arrange(now)
			continue
		}
		v := s.newSieve(flt, now)
		// Meanwhile pods change, go and come, and are shown so or not.
		put(fmt.Sprint("p", step), "Running")
		put(fmt.Sprint("p", 30+step), "Pending")
		s.remove(fmt.Sprint("uid-p", 50+step%9))
		if step%2 == 0 {
			s.arrange(now)
		}
		put(fmt.Sprint("p1", 100+step), "CrashLoopBackOff")
		msg, ok := v.run(nil).(siftedMsg)
		if !ok || !msg.whole {
			t.Fatalf("the sieve gave %v", msg)
		}
		s.sieved(v, msg.pass)
		s.arrange(now)
		var want []string
		for _, e := range s.sorted {
			if flt.match(e.known, now) {
				want = append(want, e.key)
			}
		}
		if got := keysOf(s); !slices.Equal(got, want) {
			t.Errorf("%q shows %v, want %v", text, got, want)
		}
	}
}

func keysOf(s *rows) []string {
	var out []string
	for _, e := range s.order {
		out = append(out, e.key)
	}
	return out
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

func FuzzPlaces(f *testing.F) {
	for _, s := range []string{"", "web -l a in (b,c", "-l !x", "status=", "-f a -l b", "-l a,b)=(,", "日本 -l é=ü"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		place, prefix, _ := placeOf(text)
		if !strings.HasSuffix(text, prefix) || place == "" {
			t.Fatalf("%q: place %q, prefix %q", text, place, prefix)
		}
		valuesOf(place, []*known{{row: row(text, "Running")}})
		m := &Model{}
		m.edit.line.Set(text)
		if cut := m.withoutHalf(m.edit.line.Value()); !strings.HasPrefix(m.edit.line.Value(), cut) {
			t.Fatalf("%q becomes %q", text, cut)
		}
	})
}

func FuzzLayout(f *testing.F) {
	f.Add("name,age:wide,label:app")
	f.Add("label::wide,name,label:")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := parseLayout(strings.Split(text, ","))
		if err != nil {
			return
		}
		again, err := parseLayout(strings.Split(l.String(), ","))
		if err != nil || !slices.Equal(l, again) {
			t.Fatalf("%q: %v, then %v, %v", text, l, again, err)
		}
		l.shown(true, true, colName)
	})
}

package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows is the architecture: what each of our packages may import of ours,
// outside its tests. "x/*" stands for every package in folder x, "x/..." for x
// and everything below. A package that is not here fails the test: new ones
// are a decision. ARCHITECTURE.md explains the picture.
var arrows = map[string][]string{
	".":                         {"internal/cli", "apiserver/engine/host"},
	"api":                       {},
	"apiclient":                 {"api"},
	"manifest":                  {"api", "internal/spelling"},
	"termbridge":                {"termbridge/..."},
	"termbridge/*":              {"termbridge/vt"},
	"themes":                    {"internal/spelling", "internal/strictyaml"},
	"models":                    {"api", "themes"},
	"models/widget/*":           {"models/widget/input", "themes", "internal/safetext", "termbridge/vt"},
	"models/*":                  {"models", "models/widget/*", "api", "manifest", "themes", "internal/safetext", "termbridge/vt"},
	"models/terminal":           {"models", "models/widget/*", "api", "themes", "internal/safetext", "termbridge/..."},
	"models/external":           {"models", "models/terminal", "themes", "internal/safetext", "termbridge/..."},
	"models/command":            {"models", "models/widget/*", "api", "themes", "internal/safetext", "internal/fanout", "internal/spool", "termbridge/..."},
	"ui":                        {"models", "models/...", "api", "themes", "internal/safetext", "ui/layout"},
	"ui/layout":                 {},
	"apiserver":                 {"api", "manifest", "termbridge/frame", "apiserver/engine"},
	"apiserver/engine":          {"api"},
	"apiserver/engine/docker":   {"api", "manifest", "termbridge/frame", "apiserver/engine", "apiserver/engine/kubelet", "apiserver/engine/podstore"},
	"apiserver/engine/kubelet":  {"manifest"},
	"apiserver/engine/podstore": {"api", "apiserver/engine"},
	"apiserver/engine/kube":     {"api", "manifest", "apiserver/engine"},
	"apiserver/engine/fake":     {"api", "manifest", "apiserver/engine", "apiserver/engine/podstore"},
	"apiserver/engine/host":     {"api", "manifest", "apiserver/engine", "apiserver/engine/kubelet", "apiserver/engine/podstore"},
	"apiserver/engine/host/*":   {"api", "apiserver/engine", "apiserver/engine/host", "internal/state"},
	"internal/cli":              {"..."},
	"internal/contexts":         {"api", "apiclient", "apiserver", "apiserver/engine/...", "internal/state"},
	"internal/config":           {"models", "themes", "internal/spelling", "internal/strictyaml"},
	"internal/spelling":         {},
	"internal/state":            {},
	"internal/strictyaml":       {"internal/spelling"},
	"internal/safetext":         {},
	"internal/fanout":           {"api", "models", "internal/spool", "termbridge", "termbridge/frame"},
	"internal/spool":            {"termbridge/frame"},
}

// testOnly packages serve tests: nothing but test files may import them, and
// they may import anything.
var testOnly = []string{"apiserver/engine/enginetest", "models/modelstest", "internal/doctest", "internal/faultserver", "internal/e2e", "internal/e2e/*", "internal/bench/*"}

func TestImportsKeepTheArrows(t *testing.T) {
	imports := ourImports(t)
	if len(imports) < 10 {
		t.Fatalf("only %d packages were found: the test does not see the repository", len(imports))
	}
	for _, pkg := range slices.Sorted(maps.Keys(imports)) {
		if matchAny(testOnly, pkg) {
			continue
		}
		allowed, ok := allowedFor(pkg)
		if !ok {
			t.Errorf("package %s is not in the picture: add it to arrows and to ARCHITECTURE.md", pkg)
			continue
		}
		for file, imp := range imports[pkg] {
			for _, to := range imp {
				if matchAny(testOnly, to) {
					t.Errorf("%s imports %s, which is for tests only", file, to)
				} else if !matchAny(allowed, to) {
					t.Errorf("%s: package %s may not import %s", file, pkg, to)
				}
			}
		}
	}
}

// allowedFor finds the most exact row of arrows for pkg.
func allowedFor(pkg string) ([]string, bool) {
	best, found := "", false
	for pattern := range arrows {
		if match(pattern, pkg) && (!found || len(pattern) > len(best) || pattern == pkg) && best != pkg {
			best, found = pattern, true
		}
	}
	return arrows[best], found
}

func matchAny(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return match(p, pkg) })
}

func match(pattern, pkg string) bool {
	if pattern == "..." {
		return true
	}
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == base || strings.HasPrefix(pkg, base+"/")
	}
	if base, ok := strings.CutSuffix(pattern, "/*"); ok {
		return path.Dir(pkg) == base
	}
	return pattern == pkg
}

// ourImports parses the files themselves rather than asking the go command: so
// the test's cached result is dropped when an import changes.
func ourImports(t *testing.T) map[string]map[string][]string {
	t.Helper()
	out := map[string]map[string][]string{}
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			name := d.Name()
			if file != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "bin" || name == "tools" || name == "testenv") {
				return filepath.SkipDir
			}
			return nil
		case !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(filepath.Dir(file))
		if out[pkg] == nil {
			out[pkg] = map[string][]string{}
		}
		for _, spec := range parsed.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if ours, ok := strings.CutPrefix(to, "podium/"); ok {
				out[pkg][file] = append(out[pkg][file], ours)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

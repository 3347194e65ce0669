package manifest

import "fmt"

// checker collects issues of a typed pod.
type checker struct {
	issues []issue
}

func (c *checker) add(severity Severity, code Code, path, format string, args ...any) *issue {
	c.issues = append(c.issues, issue{severity: severity, code: code, field: path, message: fmt.Sprintf(format, args...)})
	return &c.issues[len(c.issues)-1]
}

// fail adds an error.
func (c *checker) fail(code Code, path, format string, args ...any) *issue {
	return c.add(Error, code, path, format, args...)
}

// missing adds an error about a field that must be there.
func (c *checker) missing(path, why string) {
	if why != "" {
		why = ": " + why
	}
	c.fail(CodeRequired, path, "%s is missing%s.", path, why)
}

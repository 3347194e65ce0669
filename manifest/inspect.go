package manifest

// Inspection is a text with everything that is wrong with it.
type Inspection struct {
	// Docs are the objects of the text, as Parse returns them.
	Docs []Document
	// Problems are those of Parse and of Check together, in the order of the
	// text.
	Problems []Problem
}

// Inspect is Parse and Check in one: what an editor and a linter say of a text
// by the rules of a backend. Limits and costs are those of Parse.
func Inspect(data []byte, opts Options, rules RuleSet) Inspection {
	docs, problems := Parse(data, opts)
	for i := range docs {
		problems = append(problems, Check(&docs[i], rules)...)
	}
	sortProblems(problems)
	return Inspection{Docs: docs, Problems: cut(problems, MaxProblems)}
}

// Errors counts the errors among the problems: with one the text cannot be
// used as it is.
func (i *Inspection) Errors() int {
	n := 0
	for j := range i.Problems {
		if i.Problems[j].Severity == Error {
			n++
		}
	}
	return n
}

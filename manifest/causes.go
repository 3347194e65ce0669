package manifest

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Causes returns the errors among problems as the causes of a metav1.Status of
// reason Invalid, in their order.
func Causes(problems []Problem) []metav1.StatusCause {
	var causes []metav1.StatusCause
	for i := range problems {
		if p := &problems[i]; p.Severity == Error {
			causes = append(causes, metav1.StatusCause{
				Type: metav1.CauseType(errorType(p.Code)), Message: p.Message, Field: p.Field,
			})
		}
	}
	return causes
}

// FieldErrors returns the errors among problems in the form that
// apierrors.NewInvalid takes. The values themselves are left out; the messages
// quote them where that helps.
func FieldErrors(problems []Problem) field.ErrorList {
	var list field.ErrorList
	for i := range problems {
		if p := &problems[i]; p.Severity == Error {
			list = append(list, &field.Error{
				Type: errorType(p.Code), Field: p.Field, BadValue: field.OmitValueType{}, Detail: p.Message,
			})
		}
	}
	return list
}

// errorType maps our codes to those of Kubernetes' causes.
func errorType(c Code) field.ErrorType {
	switch c {
	case CodeRequired:
		return field.ErrorTypeRequired
	case CodeDuplicate, CodeDuplicateKey:
		return field.ErrorTypeDuplicate
	case CodeEnum:
		return field.ErrorTypeNotSupported
	case CodeNotFound:
		return field.ErrorTypeNotFound
	case CodeRefused, CodeConflict, CodeUnknownField:
		return field.ErrorTypeForbidden
	case CodeLimit:
		return field.ErrorTypeTooMany
	case CodeType, CodeNotAPod:
		return field.ErrorTypeTypeInvalid
	default:
		return field.ErrorTypeInvalid
	}
}

// maxWarning is the length in bytes of one warning; an HTTP header has no room
// for more.
const maxWarning = 240

// Warnings returns the sentences of the warnings among problems, each fit for
// an HTTP Warning header (RFC 9111 lists the header as obsolete; Kubernetes
// uses it with code 299): one line, printable, shortened.
func Warnings(problems []Problem) []string {
	var warnings []string
	for i := range problems {
		if p := &problems[i]; p.Severity == Warning {
			warnings = append(warnings, clip(clean(p.Message), maxWarning))
		}
	}
	return warnings
}

// CausesToProblems pins the causes of a server's refusal to the places of the
// fields they name, or of the nearest ancestor that is in the text, in the end
// the document itself. The server's words are kept, control characters
// escaped. All have the code CodeServer.
func CausesToProblems(doc *Document, causes []metav1.StatusCause) []Problem {
	issues := make([]issue, 0, len(causes))
	for _, cause := range causes {
		if len(issues) == MaxProblems {
			break
		}
		message := strings.TrimSpace(cause.Message)
		if message == "" {
			message = "The server refuses this field without saying why"
		}
		issues = append(issues, issue{
			code: CodeServer, field: clip(cause.Field, 500), message: clip(message, 2000),
		})
	}
	pinned := *doc
	pinned.broken = nil // the server's words count whatever we made of the field
	return doc.src.finish(pinned.pin(issues))
}

package outside

// Failure is an error of a policy outside of the program: it is the fault of whoever wrote the
// policy.
type Failure struct{ error }

// Unwrap returns the error itself.
func (f Failure) Unwrap() error { return f.error }

// Failed marks an error as a Failure. It returns nil for nil.
func Failed(err error) error {
	if err == nil {
		return nil
	}
	return Failure{err}
}

package main

import "errors"

// Exit codes: 1 when a run failed, 2 when what the user gave cannot be used, 130 after an
// interruption.
const (
	failed      = 1
	badInput    = 2
	interrupted = 130
)

// inputError is an error in what the user gave.
type inputError struct{ error }

func (e inputError) Unwrap() error { return e.error }

// interruption says what an interrupted command kept.
type interruption string

func (i interruption) Error() string { return "interrupted: " + string(i) }

// input marks an error as the user's.
func input(err error) error {
	if err == nil {
		return nil
	}
	return inputError{err}
}

// exitCode returns the exit code of a command that ended with err.
func exitCode(err error) int {
	var bad inputError
	var stopped interruption
	switch {
	case err == nil:
		return 0
	case errors.As(err, &stopped):
		return interrupted
	case errors.As(err, &bad):
		return badInput
	}
	return failed
}

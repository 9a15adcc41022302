package main

import "errors"

// Exit codes.
const (
	failed      = 1   // an error that is not the user's fault
	badInput    = 2   // an error in the user's input
	interrupted = 130 // interrupted by Ctrl-C or SIGTERM
)

// inputError is an error in the user's input.
type inputError struct{ error }

func (e inputError) Unwrap() error { return e.error }

// interruption is the error of an interrupted command. It says which results the command kept.
type interruption string

func (i interruption) Error() string { return "interrupted: " + string(i) }

// input marks an error as an error in the user's input. It returns nil for nil.
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

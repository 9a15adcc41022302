// Package table reads the files that users name: tables of comma-separated values or of JSON lines,
// plain or compressed.
package table

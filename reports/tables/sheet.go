// Package tables shows results as tables: on a terminal, in the Markdown report, and as data.
package tables

import "wavetank/reports/analysis"

// sheet is results on their way to paper.
type sheet struct{ *analysis.Analysis }

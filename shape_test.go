package wavetank_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

const (
	longestFunction = 75  // lines
	longestFile     = 500 // lines
	widestComment   = 100 // columns of a line with a comment
)

// topFolders are the top-level folders; a new one needs a reason in DESIGN.md.
var topFolders = []string{"cmd", "docs", "metrics", "policies", "python", "reports", "scenarios", "sim", "workload"}

func TestTopFolders(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && e.Name() != "results" && !slices.Contains(topFolders, e.Name()) {
			t.Errorf("%s is not a top-level folder of the design", e.Name())
		}
	}
}

// sources calls do for every Go file.
func sources(t *testing.T, do func(path string, set *token.FileSet, f *ast.File)) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		do(path, set, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFilesAndFunctionsAreShort(t *testing.T) {
	sources(t, func(path string, set *token.FileSet, f *ast.File) {
		if n := set.Position(f.End()).Line; n > longestFile {
			t.Errorf("%s has %d lines", path, n)
		}
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				if n := set.Position(fn.End()).Line - set.Position(fn.Pos()).Line + 1; n > longestFunction {
					t.Errorf("%s: %s has %d lines", path, fn.Name.Name, n)
				}
			}
		}
	})
}

func TestExportedNamesAreDocumented(t *testing.T) {
	sources(t, func(path string, set *token.FileSet, f *ast.File) {
		if strings.HasSuffix(path, "_test.go") || f.Name.Name == "main" {
			return
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) && !wellKnown(d.Name.Name) {
					t.Errorf("%v: %s has no comment", set.Position(d.Pos()), d.Name.Name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if s, ok := s.(*ast.TypeSpec); ok && s.Name.IsExported() && s.Doc == nil && d.Doc == nil {
						t.Errorf("%v: %s has no comment", set.Position(s.Pos()), s.Name.Name)
					}
				}
			}
		}
	})
}

// exportedReceiver reports whether a function can be called from outside its package.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	e := d.Recv.List[0].Type
	for {
		switch t := e.(type) {
		case *ast.StarExpr:
			e = t.X
		case *ast.IndexExpr:
			e = t.X
		case *ast.IndexListExpr:
			e = t.X
		case *ast.Ident:
			return t.IsExported()
		default:
			return true
		}
	}
}

// wellKnown reports whether a method has a meaning that is fixed by a well-known interface.
func wellKnown(name string) bool { return slices.Contains([]string{"String", "Error", "Unwrap"}, name) }

// TestOneReaderOfTables allows only workload/table to read CSV or to unpack compressed files.
func TestOneReaderOfTables(t *testing.T) {
	readers := []string{"csv.NewReader", "gzip.NewReader", "zstd.NewReader"}
	sources(t, func(path string, set *token.FileSet, f *ast.File) {
		if strings.HasSuffix(path, "_test.go") || filepath.Dir(path) == filepath.Join("workload", "table") {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && slices.Contains(readers, x.Name+"."+s.Sel.Name) {
					t.Errorf("%v: %s.%s: tables are read by workload/table", set.Position(s.Pos()), x.Name, s.Sel.Name)
				}
			}
			return true
		})
	})
}

// TestCommentsAreNarrow checks that no line with a comment is wider than widestComment columns. A
// tab counts as four.
func TestCommentsAreNarrow(t *testing.T) {
	sources(t, func(path string, set *token.FileSet, f *ast.File) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(data), "\n")
		for _, group := range f.Comments {
			for n := set.Position(group.Pos()).Line; n <= set.Position(group.End()).Line; n++ {
				columns := utf8.RuneCountInString(strings.ReplaceAll(lines[n-1], "\t", "    "))
				if columns > widestComment {
					t.Errorf("%s:%d: the line with a comment has %d columns", path, n, columns)
				}
			}
		}
	})
}

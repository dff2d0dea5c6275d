// Text files are strict UTF-8.
using System.Text;
using CsCheck;
using StreamActions.Core.Text;
using StreamActions.TestKit;

namespace StreamActions.Core.Tests.Text;

public sealed class TextFileTests
{
    [Fact]
    public void Decode_Utf8_ReturnsTheText() =>
        Gen.String.Select(text => text.EnumerateRunes().Aggregate("", (all, rune) => all + rune).TrimStart('\uFEFF'))
            .Sample(text => Assert.Equal(text, TextFile.Decode(Encoding.UTF8.GetBytes(text), "f")));

    [Fact]
    public void Decode_ByteOrderMark_IsRemoved() => Assert.Equal("a", TextFile.Decode([0xEF, 0xBB, 0xBF, (byte)'a'], "f"));

    [Theory]
    [InlineData("K\u00fcche", 1, 2, 0xFC)]
    [InlineData("a\nb\r\nc\rd\u00e9", 4, 2, 0xE9)]
    [InlineData("\u00ff\u00fea", 1, 1, 0xFF)]
    [InlineData("a\n\u00c3", 2, 1, 0xC3)]
    public void Decode_OtherEncoding_NamesPlaceAndByte(string latin1, int line, int column, byte value)
    {
        var e = Assert.Throws<TextEncodingException>(() => TextFile.Decode(Encoding.Latin1.GetBytes(latin1), "list.csv"));

        Assert.Equal((line, column, value), (e.Line, e.Column, e.Value));
        Assert.Equal($"list.csv:{line}:{column}: the byte 0x{value:X2} is not UTF-8; save the file as UTF-8", e.Message);
    }

    [Fact]
    public void Lines_File_AreThoseOfTheText()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("a"), "one\r\ntwo\n\nthree");

        Assert.Equal(["one", "two", "", "three"], TextFile.Lines(folder.File("a")));
    }
}

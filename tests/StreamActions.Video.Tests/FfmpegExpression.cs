// A small evaluator of ffmpeg's expressions, so that tests can run the expression of a filter on times of their choice.
using System.Globalization;

namespace StreamActions.Video.Tests;

/// <summary>
/// One instance of an expression with its registers, as ffmpeg's libavutil/eval.c evaluates it: numbers, variables, + - * /, sequences
/// with a semicolon, and the functions that the filters of this project use.
/// </summary>
internal sealed class FfmpegExpression(string text)
{
    private readonly double[] _registers = new double[10];
    private Dictionary<string, double> _variables = [];
    private int _at;

    /// <summary>Evaluates the expression; the registers keep their values for the next call.</summary>
    /// <param name="variables">The values of the variables; <c>time</c> is the wall clock.</param>
    public double Evaluate(params (string Name, double Value)[] variables)
    {
        _variables = variables.ToDictionary(variable => variable.Name, variable => variable.Value);
        _at = 0;
        var value = Sequence(true);
        Assert.Equal(text.Length, _at);
        return value;
    }

    private double Sequence(bool runs)
    {
        var value = Sum(runs);
        while (Take(';'))
            value = Sum(runs);
        return value;
    }

    private double Sum(bool runs)
    {
        var value = Product(runs);
        while (true)
        {
            if (Take('+'))
                value += Product(runs);
            else if (Take('-'))
                value -= Product(runs);
            else
                return value;
        }
    }

    private double Product(bool runs)
    {
        var value = Primary(runs);
        while (true)
        {
            if (Take('*'))
                value *= Primary(runs);
            else if (Take('/'))
                value /= Primary(runs);
            else
                return value;
        }
    }

    private double Primary(bool runs)
    {
        if (Take('-'))
            return -Primary(runs);
        if (Take('('))
            return Closed(Sequence(runs));
        var start = _at;
        if (char.IsAsciiDigit(text[_at]))
        {
            while (_at < text.Length && (char.IsAsciiDigit(text[_at]) || text[_at] is '.' or 'E'
                || (text[_at] is '-' or '+' && text[_at - 1] == 'E')))
                _at++;
            return double.Parse(text.AsSpan(start, _at - start), NumberStyles.Float, CultureInfo.InvariantCulture);
        }
        while (_at < text.Length && char.IsAsciiLetterOrDigit(text[_at]))
            _at++;
        var name = text[start.._at];
        return Take('(') ? Call(name, runs) : _variables[name];
    }

    // Arguments of `if` that are not chosen are parsed and have no effect.
    private double Call(string name, bool runs)
    {
        var first = Sequence(runs);
        if (name == "if")
        {
            Assert.True(Take(','));
            var then = Sequence(runs && first != 0);
            var otherwise = Take(',') ? Sequence(runs && first == 0) : 0;
            return Closed(first != 0 ? then : otherwise);
        }
        var second = Take(',') ? Sequence(runs) : double.NaN;
        Assert.True(Take(')'), $"unexpected text at {_at}");
        switch (name)
        {
            case "st":
                if (runs)
                    _registers[(int)first] = second;
                return second;
            case "ld":
                return _registers[(int)first];
            case "time":
                return _variables["time"];
            default:
                return name switch
                {
                    "not" => first == 0 ? 1 : 0,
                    "abs" => Math.Abs(first),
                    "isnan" => double.IsNaN(first) ? 1 : 0,
                    "min" => Math.Min(first, second),
                    "lt" => first < second ? 1 : 0,
                    "gt" => first > second ? 1 : 0,
                    "gte" => first >= second ? 1 : 0,
                    _ => throw new NotSupportedException(name),
                };
        }
    }

    private double Closed(double value)
    {
        Assert.True(Take(')'), $"unexpected text at {_at}");
        return value;
    }

    private bool Take(char expected)
    {
        if (_at >= text.Length || text[_at] != expected)
            return false;
        _at++;
        return true;
    }
}

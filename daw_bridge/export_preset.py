"""How Ardour is told to export: WAV of 32-bit float, which keeps what is above full scale, and nothing done to it."""

EXPORT_PRESET_ID = "0d5d7c54-3c1f-4f0c-9a55-6b0f6b3f5a01"
_FORMAT_ID = "7b0c8f0e-52a5-4d7b-8b0e-2f4f1a9c6d02"
_PRESET = f"""<?xml version="1.0" encoding="UTF-8"?>
<ExportPreset id="{EXPORT_PRESET_ID}" name="Sideman WAV">
  <ExportFormat id="{_FORMAT_ID}"/>
  <ExportFilename>
    <Folder relative="true" path="/export"/>
    <Field name="label" enabled="false"/>
    <Field name="session" enabled="false"/>
    <Field name="revision" enabled="false"/>
    <Field name="time" enabled="false" value="T_None"/>
    <Field name="date" enabled="false" value="D_None"/>
  </ExportFilename>
</ExportPreset>
"""
_FORMAT = f"""<?xml version="1.0" encoding="UTF-8"?>
<ExportFormatSpecification name="Sideman WAV" id="{_FORMAT_ID}">
  <Encoding id="F_WAV" type="T_Sndfile" extension="wav" name="WAV" has-sample-format="true" channel-limit="256"/>
  <SampleRate rate="%(rate)d"/>
  <SRCQuality quality="SRC_SincBest"/>
  <EncodingOptions>
    <Option name="sample-format" value="SF_Float"/>
    <Option name="dithering" value="D_None"/>
    <Option name="tag-metadata" value="false"/>
    <Option name="tag-support" value="false"/>
    <Option name="broadcast-info" value="false"/>
  </EncodingOptions>
  <Processing>
    <Normalize enabled="false" target="0"/>
    <Silence>
      <Start>
        <Trim enabled="false"/>
        <Add enabled="false"><Duration format="Timecode" hours="0" minutes="0" seconds="0" frames="0"/></Add>
      </Start>
      <End>
        <Trim enabled="false"/>
        <Add enabled="false"><Duration format="Timecode" hours="0" minutes="0" seconds="0" frames="0"/></Add>
      </End>
    </Silence>
  </Processing>
</ExportFormatSpecification>
"""


def export_settings(sample_rate_hz: int) -> dict[str, str]:
    """Return the files that teach Ardour our export preset, by their path in its settings folder."""
    return {"export/sideman.preset": _PRESET, "export/sideman.format": _FORMAT % {"rate": sample_rate_hz}}

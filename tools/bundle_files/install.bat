@echo off
rem Install gep-accounts @VERSION@ without any network: install.bat [FOLDER]   (default: gep-env beside this folder)
setlocal
set "here=%~dp0"
set "target=%~1"
if "%target%"=="" set "target=%here%..\gep-env"
set "python="
for %%v in (@PYTHONS@) do (
  if not defined python py -%%v -c "pass" >nul 2>nul && set "python=py -%%v"
)
if not defined python goto no_python

echo 1/3 checking the files
%python% -B "%here%check_sums.py"
if errorlevel 1 goto damaged
if exist "%target%" goto exists

echo 2/3 installing into "%target%"
%python% -m venv "%target%"
if errorlevel 1 goto failed
set pip="%target%\Scripts\python.exe" -m pip --isolated --disable-pip-version-check --no-input
set install=%pip% install --quiet --no-index --find-links "%here%wheels"
%install% --require-hashes -r "%here%requirements.lock"
if errorlevel 1 goto failed
%install% --no-deps "%here%wheels\@WHEEL@"
if errorlevel 1 goto failed

echo 3/3 verifying
%pip% check
if errorlevel 1 goto failed
"%target%\Scripts\gep.exe" --version
if errorlevel 1 goto failed
echo Done. Run: "%target%\Scripts\gep.exe" demo
exit /b 0

:no_python
echo Python was not found. This package needs Python: @PYTHONS@. See README.zh.txt or README.en.txt.
exit /b 1

:damaged
echo The package is damaged or was altered; nothing was installed.
exit /b 1

:exists
echo "%target%" exists already; name another folder.
exit /b 1

:failed
echo The installation failed; delete "%target%" before trying again.
exit /b 1
